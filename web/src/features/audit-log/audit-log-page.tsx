import { keepPreviousData } from "@tanstack/react-query";
import { ScrollText } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { PagedList } from "@/components/paged-list";
import { Lines, SettingsPage } from "@/components/settings-page";
import { Chip } from "@/components/ui/chip";
import { RawText } from "@/components/ui/raw-text";
import { Empty } from "@/components/ui/states";
import type { AuditEntry } from "@/lib/api/types";
import { fullTime } from "@/lib/format";
import { usePaged } from "@/lib/paged-query";
import { DayFields } from "./day-fields";
import { ALWAYS, auditLogQuery, type Days, isAlways } from "./queries";

/** Who changed what, latest first. */
export function AuditLogPage() {
  const { t } = useTranslation();
  const [days, setDays] = useState<Days>(ALWAYS);
  const log = usePaged({ ...auditLogQuery(days), placeholderData: keepPreviousData });
  return (
    <SettingsPage title={t("settings.auditLog")} hint={t("audit.pageHint")}>
      <DayFields days={days} onChange={setDays} />
      <PagedList
        list={log}
        empty={
          <Empty icon={ScrollText} title={t(isAlways(days) ? "audit.empty" : "audit.noneThen")} />
        }
      >
        {(entries) => (
          <Lines label={t("settings.auditLog")}>
            {entries.map((entry) => (
              <EntryLine key={entry.id} entry={entry} />
            ))}
          </Lines>
        )}
      </PagedList>
    </SettingsPage>
  );
}

function EntryLine({ entry }: { entry: AuditEntry }) {
  const { t } = useTranslation();
  const details = entry.details === null || entry.details === undefined ? null : entry.details;
  const empty =
    typeof details === "object" && details !== null && Object.keys(details).length === 0;
  return (
    <li className="px-4 py-2.5">
      <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <span className="font-medium wrap-anywhere">{entry.actor.name ?? t("audit.system")}</span>
        <Chip look="tide">{entry.action}</Chip>
        <code className="min-w-34 flex-1 truncate font-mono text-xs text-ink-soft">
          {entry.subject}
        </code>
        <time dateTime={entry.at} className="text-xs tabular-nums text-ink-faint">
          {fullTime(entry.at)}
        </time>
      </div>
      {details !== null && !empty && (
        <details className="mt-1 text-xs text-ink-soft">
          <summary>{t("audit.details")}</summary>
          <RawText value={details} />
        </details>
      )}
    </li>
  );
}
