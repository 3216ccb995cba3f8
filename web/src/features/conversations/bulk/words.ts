import type { TFunction } from "i18next";
import { wholeNumber } from "@/lib/format";
import type { What } from "./jobs";
import type { Run } from "./run";

/** What is done, like "Assign to Ben". */
export function whatText(t: TFunction, { name, to = "" }: What): string {
  return t(`bulk.what.${name}`, { to });
}

/** How far it is, or how it ended. */
export function runText(t: TFunction, run: Run): string {
  const what = whatText(t, run.what);
  const named = run.undoing ? t("bulk.undoing", { what }) : what;
  const counts = { what: named, done: wholeNumber(run.done), total: wholeNumber(run.total) };
  if (run.phase === "ended") return t("bulk.ended", counts);
  return t("bulk.progress", { ...counts, done: wholeNumber(run.done + run.failed.length) });
}
