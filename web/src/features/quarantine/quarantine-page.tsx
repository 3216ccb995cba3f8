import { useMutation, useQueryClient } from "@tanstack/react-query";
import { RotateCcw, ShieldCheck, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { PagedList } from "@/components/paged-list";
import { Lines, SettingsPage } from "@/components/settings-page";
import { Button } from "@/components/ui/button";
import { Chip } from "@/components/ui/chip";
import { Confirm } from "@/components/ui/confirm";
import { RawText } from "@/components/ui/raw-text";
import { Empty } from "@/components/ui/states";
import { toastGood, toastProblem } from "@/components/ui/toast";
import { api } from "@/lib/api/client";
import type { QuarantineEntry } from "@/lib/api/types";
import { useTopic } from "@/lib/connection";
import { fullTime } from "@/lib/format";
import { keys } from "@/lib/keys";
import { pagedQuery, usePaged } from "@/lib/paged-query";

const quarantineQuery = pagedQuery<QuarantineEntry>(keys.quarantine(false), "/quarantine", {
  resolved: false,
});

/** What could not be processed and waits for a person. */
export function QuarantinePage() {
  const { t } = useTranslation();
  useTopic("sessions");
  const list = usePaged(quarantineQuery);
  return (
    <SettingsPage title={t("settings.quarantine")} hint={t("quarantine.pageHint")}>
      <PagedList
        list={list}
        empty={
          <Empty
            icon={ShieldCheck}
            title={t("quarantine.empty")}
            text={t("quarantine.emptyHint")}
          />
        }
      >
        {(entries) => (
          <Lines label={t("settings.quarantine")}>
            {entries.map((entry) => (
              <EntryLine key={entry.id} entry={entry} />
            ))}
          </Lines>
        )}
      </PagedList>
    </SettingsPage>
  );
}

function EntryLine({ entry }: { entry: QuarantineEntry }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const resolve = useMutation({
    mutationFn: (way: "replay" | "discard") => api.post<void>(`/quarantine/${entry.id}/${way}`),
    onSuccess: (_, way) => {
      toastGood(t(`quarantine.done.${way}`));
      return client.invalidateQueries({ queryKey: keys.anyQuarantine });
    },
  });
  const [discarding, setDiscarding] = useState(false);
  return (
    <li className="grid gap-2 px-4 py-3">
      <div className="flex flex-wrap items-center gap-2">
        <Chip look="ember">{t(`quarantine.source.${entry.source}`)}</Chip>
        <p className="min-w-48 flex-1 font-medium wrap-anywhere">{entry.reason}</p>
        <Button
          size="sm"
          look="secondary"
          busy={resolve.isPending && resolve.variables === "replay"}
          onClick={() => resolve.mutate("replay", { onError: toastProblem })}
        >
          <RotateCcw aria-hidden className="size-3.5" />
          {t("quarantine.replay")}
        </Button>
        <Button
          size="sm"
          look="danger"
          disabled={resolve.isPending && resolve.variables === "replay"}
          onClick={() => setDiscarding(true)}
        >
          <Trash2 aria-hidden className="size-3.5" />
          {t("common.discard")}
        </Button>
      </div>
      <p className="text-xs text-ink-soft">
        {fullTime(entry.received_at)} · {t("quarantine.tries", { count: entry.tries })}
      </p>
      <details className="text-xs text-ink-soft">
        <summary>{t("quarantine.payload")}</summary>
        <RawText value={entry.payload} />
      </details>
      {discarding && (
        <Confirm
          title={t("quarantine.discardTitle")}
          text={t("quarantine.discardText")}
          action={t("common.discard")}
          onConfirm={() => resolve.mutateAsync("discard")}
          onClose={() => setDiscarding(false)}
        />
      )}
    </li>
  );
}
