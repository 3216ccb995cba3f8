import { ApiError, NetworkError } from "./api/problem";
import i18n from "./i18n";

/** What the hub finds wrong with one field of a form. */
export function fieldProblem(error: unknown, name: string): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  return error.fields.find((wrong) => wrong.field === name)?.message;
}

/** Whether all that is wrong can be said at these fields. */
export function isAboutFields(error: unknown, names: string[]): boolean {
  if (!(error instanceof ApiError) || error.fields.length === 0) return false;
  return error.fields.every(({ field }) => names.includes(field));
}

/** What to tell a person about an error: our own words for known codes, else the hub's. */
export function problemText(error: unknown): string {
  if (error instanceof NetworkError) return i18n.t("problem.network");
  if (!(error instanceof ApiError)) return i18n.t("problem.unexpected");
  if (error.code === "too_many_attempts" && error.waitSeconds !== null) {
    return i18n.t("problem.tryIn", { count: Math.max(1, Math.ceil(error.waitSeconds / 60)) });
  }
  const known = knownText(error);
  const fields = error.fields.map((field) => `${field.field}: ${field.message}`).join(" · ");
  return [known || error.message, fields].filter(Boolean).join(" ");
}

/** What kind of refusal it is: our own words for known codes, else the hub's title. */
export function problemTitle(error: ApiError): string {
  return knownText(error) || error.title;
}

function knownText({ code }: ApiError): string {
  return i18n.t(`problem.code.${code}` as "problem.code.window_closed", { defaultValue: "" });
}
