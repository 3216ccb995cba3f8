import { KeyRound, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { PagedList } from "@/components/paged-list";
import { Lines, SettingsPage } from "@/components/settings-page";
import { Button } from "@/components/ui/button";
import { Chip } from "@/components/ui/chip";
import { Confirm } from "@/components/ui/confirm";
import { IconButton } from "@/components/ui/icon-button";
import { Empty } from "@/components/ui/states";
import type { ApiKey } from "@/lib/api/types";
import { ago, fullTime } from "@/lib/format";
import { usePaged } from "@/lib/paged-query";
import { useNow } from "@/lib/use-now";
import { NewKeyDialog } from "./new-key-dialog";
import { apiKeysQuery, useDeleteApiKey } from "./queries";

export function ApiKeysPage() {
  const { t } = useTranslation();
  const list = usePaged(apiKeysQuery);
  const [adding, setAdding] = useState(false);
  return (
    <SettingsPage
      title={t("settings.apiKeys")}
      hint={t("apiKey.pageHint")}
      action={
        <Button onClick={() => setAdding(true)}>
          <Plus aria-hidden className="size-4" />
          {t("apiKey.new")}
        </Button>
      }
    >
      <PagedList
        list={list}
        empty={
          <Empty icon={KeyRound} title={t("apiKey.emptyTitle")} text={t("apiKey.emptyHint")} />
        }
      >
        {(apiKeys) => (
          <Lines label={t("settings.apiKeys")}>
            {apiKeys.map((key) => (
              <KeyLine key={key.id} apiKey={key} />
            ))}
          </Lines>
        )}
      </PagedList>
      {adding && <NewKeyDialog onClose={() => setAdding(false)} />}
    </SettingsPage>
  );
}

function KeyLine({ apiKey }: { apiKey: ApiKey }) {
  const { t } = useTranslation();
  const now = useNow();
  const [deleting, setDeleting] = useState(false);
  const remove = useDeleteApiKey();
  const expired = apiKey.expires_at && Date.parse(apiKey.expires_at) <= now;
  return (
    <li className="flex items-center gap-3 px-4 py-3">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-baseline gap-x-2 font-medium">
          <bdi className="truncate" title={apiKey.name}>
            {apiKey.name}
          </bdi>
          <code className="font-mono text-xs font-normal text-ink-faint">{apiKey.prefix}…</code>
        </p>
        <p className="text-xs wrap-anywhere text-ink-soft">
          {apiKey.made_by && `${t("apiKey.madeBy", { name: apiKey.made_by })} · `}
          {apiKey.last_used_at
            ? t("apiKey.lastUsed", { ago: ago(apiKey.last_used_at, now) })
            : t("apiKey.neverUsed")}
          {apiKey.expires_at && ` · ${t("apiKey.until", { at: fullTime(apiKey.expires_at) })}`}
        </p>
      </div>
      {expired && <Chip look="danger">{t("common.expired")}</Chip>}
      <Chip look="tide">{t(`role.${apiKey.role}`)}</Chip>
      <IconButton
        icon={Trash2}
        label={t("apiKey.deleteOf", { name: apiKey.name })}
        onClick={() => setDeleting(true)}
      />
      {deleting && (
        <Confirm
          title={t("apiKey.deleteTitle", { name: apiKey.name })}
          text={t("apiKey.deleteText")}
          action={t("common.delete")}
          onConfirm={() => remove.mutateAsync(apiKey.id)}
          onClose={() => setDeleting(false)}
        />
      )}
    </li>
  );
}
