import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router";
import { Dialog } from "@/components/ui/dialog";
import { contactName, wholeNumber } from "@/lib/format";
import type { Failure } from "./run";

/** Nobody reads more names than this. */
const MAX_NAMES = 50;

/** What failed, by its reason. */
export function FailuresDialog({
  failed,
  onClose,
}: {
  failed: readonly Failure[];
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { search } = useLocation();
  const reasons = new Map<string, Failure[]>();
  for (const one of failed) {
    const those = reasons.get(one.reason);
    if (those) those.push(one);
    else reasons.set(one.reason, [one]);
  }
  return (
    <Dialog title={t("bulk.whyTitle")} onClose={onClose}>
      <dl className="grid gap-4">
        {[...reasons].map(([reason, those]) => (
          <div key={reason}>
            <dt className="font-medium wrap-anywhere">
              {reason} ({wholeNumber(those.length)})
            </dt>
            <dd className="mt-1">
              <ul className="flex flex-wrap gap-x-3 gap-y-1">
                {those.slice(0, MAX_NAMES).map(({ job: { row } }) => (
                  <li key={row.id}>
                    <Link
                      to={{ pathname: `/inbox/${row.id}`, search }}
                      onClick={onClose}
                      className="text-tide-strong underline"
                    >
                      <bdi>{contactName(row.contact)}</bdi>
                    </Link>
                  </li>
                ))}
              </ul>
              {those.length > MAX_NAMES && (
                <p className="mt-1 text-sm text-ink-soft">
                  {t("bulk.moreFailed", {
                    count: those.length - MAX_NAMES,
                    shown: wholeNumber(those.length - MAX_NAMES),
                  })}
                </p>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
