import { Ellipsis, Pencil, Power, RefreshCw, Trash2, Zap } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { IconButton } from "@/components/ui/icon-button";
import { Menu, MenuItem, MenuLine } from "@/components/ui/menu";
import { toastGood, toastProblem } from "@/components/ui/toast";
import type { Session } from "@/lib/api/types";
import { EditDialog } from "./edit-dialog";
import { useChangeSession, useDeleteSession, useSyncTemplates, useTestSession } from "./queries";

/** Test, sync, disable, delete: for admins. */
export function NumberActions({ session }: { session: Session }) {
  const { t } = useTranslation();
  const [deleting, setDeleting] = useState(false);
  const [editing, setEditing] = useState(false);
  const test = useTestSession();
  const change = useChangeSession(session.id);
  const remove = useDeleteSession(session.id);
  const sync = useSyncTemplates(session.id);
  const active = session.status === "active";
  const runTest = () =>
    test.mutate(session, {
      onSuccess: ({ health }) => {
        if (health.state === "ok") toastGood(t("number.testOk"));
      },
    });
  return (
    <div className="flex items-center gap-1.5">
      <Button look="secondary" size="sm" busy={test.isPending} onClick={runTest}>
        <Zap aria-hidden className="size-4" />
        {t("number.test")}
      </Button>
      <Menu align="end" trigger={<IconButton icon={Ellipsis} label={t("number.actions")} />}>
        <MenuItem icon={Pencil} onSelect={() => setEditing(true)}>
          {t("number.edit")}
        </MenuItem>
        <MenuItem
          icon={RefreshCw}
          onSelect={() =>
            sync.mutate(undefined, {
              onSuccess: () => toastGood(t("number.syncStarted")),
              onError: toastProblem,
            })
          }
        >
          {t("number.syncTemplates")}
        </MenuItem>
        <MenuItem
          icon={Power}
          onSelect={() =>
            change.mutate({ status: active ? "disabled" : "active" }, { onError: toastProblem })
          }
        >
          {active ? t("number.disable") : t("number.enable")}
        </MenuItem>
        <MenuLine />
        <MenuItem icon={Trash2} danger onSelect={() => setDeleting(true)}>
          {t("common.delete")}
        </MenuItem>
      </Menu>
      {editing && <EditDialog session={session} onClose={() => setEditing(false)} />}
      {deleting && (
        <Confirm
          title={t("number.deleteTitle", { name: session.name })}
          text={t("number.deleteText")}
          action={t("common.delete")}
          onConfirm={() => remove.mutateAsync()}
          onClose={() => setDeleting(false)}
        />
      )}
    </div>
  );
}
