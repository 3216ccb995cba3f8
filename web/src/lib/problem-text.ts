import { ApiError, NetworkError } from "./api/problem";
import i18n from "./i18n";

/** What to tell a person about an error: our own words for known codes, else the hub's. */
export function problemText(error: unknown): string {
  if (error instanceof NetworkError) return i18n.t("problem.network");
  if (!(error instanceof ApiError)) return i18n.t("problem.unexpected");
  if (error.code === "too_many_attempts" && error.waitSeconds !== null) {
    return i18n.t("problem.tryIn", { count: Math.max(1, Math.ceil(error.waitSeconds / 60)) });
  }
  const known = i18n.t(`problem.code.${error.code}` as "problem.code.window_closed", {
    defaultValue: "",
  });
  const fields = error.fields.map((field) => `${field.field}: ${field.message}`).join(" · ");
  return [known || error.message, fields].filter(Boolean).join(" ");
}
