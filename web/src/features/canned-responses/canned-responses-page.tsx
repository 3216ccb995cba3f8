import { MessageSquareQuote, Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { PagedList } from "@/components/paged-list";
import { Lines, SettingsPage } from "@/components/settings-page";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { IconButton } from "@/components/ui/icon-button";
import { Empty } from "@/components/ui/states";
import type { CannedResponse } from "@/lib/api/types";
import { useWhole } from "@/lib/paged-query";
import { useMay } from "@/lib/session-user";
import { CannedResponseDialog } from "./canned-response-dialog";
import { cannedResponsesQuery, useDeleteCannedResponse } from "./queries";

export function CannedResponsesPage() {
  const { t } = useTranslation();
  const list = useWhole(cannedResponsesQuery);
  const mayShare = useMay("supervisor");
  const [adding, setAdding] = useState(false);
  const add = (
    <Button onClick={() => setAdding(true)}>
      <Plus aria-hidden className="size-4" />
      {t("canned.new")}
    </Button>
  );
  const some = (list.data?.length ?? 0) > 0;
  return (
    <SettingsPage title={t("settings.canned")} hint={t("canned.pageHint")} action={some && add}>
      <PagedList
        list={list}
        empty={
          <Empty
            icon={MessageSquareQuote}
            title={t("canned.emptyTitle")}
            text={t("canned.emptyHint")}
          >
            {add}
          </Empty>
        }
      >
        {(all) => (
          <div className="grid gap-8">
            <Part
              title={t("canned.shared")}
              none={t(mayShare ? "canned.noneShared" : "canned.noneSharedAgent")}
              responses={all.filter(({ owner_id }) => owner_id === null)}
              editable={mayShare}
            />
            <Part
              title={t("canned.mine")}
              none={t("canned.noneMine")}
              responses={all.filter(({ owner_id }) => owner_id !== null)}
              editable
            />
          </div>
        )}
      </PagedList>
      {adding && <CannedResponseDialog shared={mayShare} onClose={() => setAdding(false)} />}
    </SettingsPage>
  );
}

interface PartProps {
  title: string;
  none: string;
  responses: CannedResponse[];
  editable: boolean;
}

function Part({ title, none, responses, editable }: PartProps) {
  return (
    <section>
      <h2 className="mb-3 text-lg font-semibold">{title}</h2>
      {responses.length === 0 ? (
        <p className="text-ink-soft">{none}</p>
      ) : (
        <Lines label={title}>
          {responses.map((response) => (
            <ResponseLine key={response.id} response={response} editable={editable} />
          ))}
        </Lines>
      )}
    </section>
  );
}

interface LineProps {
  response: CannedResponse;
  editable: boolean;
}

function ResponseLine({ response, editable }: LineProps) {
  const { t } = useTranslation();
  const [editing, setEditing] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const remove = useDeleteCannedResponse();
  const { shortcut, text, owner_id } = response;
  return (
    <li className="flex items-center gap-2 px-4 py-3">
      <div className="min-w-0 flex-1">
        <p className="truncate font-mono text-sm font-medium text-tide-strong">
          <bdi dir="ltr">/{shortcut}</bdi>
        </p>
        <p
          dir="auto"
          className="line-clamp-2 w-fit text-sm wrap-anywhere text-ink-soft"
          title={text}
        >
          {text}
        </p>
      </div>
      {editable && (
        <>
          <IconButton
            icon={Pencil}
            label={t("canned.editOf", { shortcut })}
            onClick={() => setEditing(true)}
          />
          <IconButton
            icon={Trash2}
            label={t("canned.deleteOf", { shortcut })}
            onClick={() => setDeleting(true)}
          />
        </>
      )}
      {editing && <CannedResponseDialog response={response} onClose={() => setEditing(false)} />}
      {deleting && (
        <Confirm
          title={t("canned.deleteTitle", { shortcut })}
          text={t(owner_id === null ? "canned.deleteSharedText" : "canned.deleteText")}
          action={t("common.delete")}
          onConfirm={() => remove.mutateAsync(response.id)}
          onClose={() => setDeleting(false)}
        />
      )}
    </li>
  );
}
