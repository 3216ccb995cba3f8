import i18n from "@/lib/i18n";

const KNOWN = [
  "window_closed",
  "contact_opted_out",
  "session_disabled",
  "session_stopped",
  "too_late",
  "author_gone",
  "contact_wrote",
] as const;

/** Why a message was not sent, for people. */
export function reasonText(reason: string | null): string {
  const known = KNOWN.find((one) => one === reason);
  if (known) return i18n.t(`later.reason.${known}`);
  const refused = i18n.t(`problem.code.${reason}` as "problem.code.busy", { defaultValue: "" });
  return refused || i18n.t("later.reason.other");
}
