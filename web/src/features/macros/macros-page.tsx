import { Pencil, Plus, Trash2, Workflow } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { PagedList } from "@/components/paged-list";
import { Lines, SettingsPage } from "@/components/settings-page";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { IconButton } from "@/components/ui/icon-button";
import { Empty } from "@/components/ui/states";
import type { Macro } from "@/lib/api/types";
import { useWhole } from "@/lib/paged-query";
import { useMay } from "@/lib/session-user";
import { MacroDialog } from "./macro-dialog";
import { macrosQuery, useDeleteMacro } from "./queries";
import { inOrder, type StepChoices, stepWords } from "./steps";

export function MacrosPage({ choices }: { choices: StepChoices }) {
  const { t } = useTranslation();
  const list = useWhole(macrosQuery);
  const mayShare = useMay("supervisor");
  const [adding, setAdding] = useState(false);
  const add = (
    <Button onClick={() => setAdding(true)}>
      <Plus aria-hidden className="size-4" />
      {t("macro.new")}
    </Button>
  );
  const some = (list.data?.length ?? 0) > 0;
  return (
    <SettingsPage title={t("settings.macros")} hint={t("macro.pageHint")} action={some && add}>
      <PagedList
        list={list}
        empty={
          <Empty icon={Workflow} title={t("macro.emptyTitle")} text={t("macro.emptyHint")}>
            {add}
          </Empty>
        }
      >
        {(all) => (
          <div className="grid gap-8 *:min-w-0">
            <Part
              title={t("macro.shared")}
              none={t(mayShare ? "macro.noneShared" : "macro.noneSharedAgent")}
              macros={all.filter(({ owner_id }) => owner_id === null)}
              choices={choices}
              editable={mayShare}
            />
            <Part
              title={t("macro.mine")}
              none={t("macro.noneMine")}
              macros={all.filter(({ owner_id }) => owner_id !== null)}
              choices={choices}
              editable
            />
          </div>
        )}
      </PagedList>
      {adding && (
        <MacroDialog choices={choices} shared={mayShare} onClose={() => setAdding(false)} />
      )}
    </SettingsPage>
  );
}

interface PartProps {
  title: string;
  none: string;
  macros: Macro[];
  choices: StepChoices;
  editable: boolean;
}

function Part({ title, none, macros, choices, editable }: PartProps) {
  return (
    <section>
      <h2 className="mb-3 text-lg font-semibold">{title}</h2>
      {macros.length === 0 ? (
        <p className="text-ink-soft">{none}</p>
      ) : (
        <Lines label={title}>
          {macros.map((macro) => (
            <MacroLine key={macro.id} macro={macro} choices={choices} editable={editable} />
          ))}
        </Lines>
      )}
    </section>
  );
}

interface LineProps {
  macro: Macro;
  choices: StepChoices;
  editable: boolean;
}

function MacroLine({ macro, choices, editable }: LineProps) {
  const { t } = useTranslation();
  const [editing, setEditing] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const remove = useDeleteMacro();
  const { name, owner_id } = macro;
  return (
    <li className="flex items-start gap-2 px-4 py-3">
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium" title={name}>
          <bdi>{name}</bdi>
        </p>
        <ol className="mt-1 grid gap-0.5 *:min-w-0">
          {inOrder(macro.actions).map((step) => {
            const words = stepWords(step, choices, t);
            return (
              <li key={step.do} className="truncate text-sm text-ink-soft" title={words}>
                {words}
              </li>
            );
          })}
        </ol>
      </div>
      {editable && (
        <>
          <IconButton
            icon={Pencil}
            label={t("macro.editOf", { name })}
            onClick={() => setEditing(true)}
          />
          <IconButton
            icon={Trash2}
            label={t("macro.deleteOf", { name })}
            onClick={() => setDeleting(true)}
          />
        </>
      )}
      {editing && <MacroDialog macro={macro} choices={choices} onClose={() => setEditing(false)} />}
      {deleting && (
        <Confirm
          title={t("macro.deleteTitle", { name })}
          text={t(owner_id === null ? "macro.deleteSharedText" : "macro.deleteText")}
          action={t("common.delete")}
          onConfirm={() => remove.mutateAsync(macro.id)}
          onClose={() => setDeleting(false)}
        />
      )}
    </li>
  );
}
