import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { TextField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import type { Session } from "@/lib/api/types";
import { problemText } from "@/lib/problem-text";
import { type SessionPatch, useChangeSession } from "./queries";

/** A new name, or new credentials when the old ones have expired. */
export function EditDialog({ session, onClose }: { session: Session; onClose: () => void }) {
  const { t } = useTranslation();
  const [form, setForm] = useState({ name: session.name, token: "", secret: "", verify: "" });
  const change = useChangeSession(session.id);
  const set = (name: keyof typeof form) => (event: { target: { value: string } }) =>
    setForm((now) => ({ ...now, [name]: event.target.value }));
  const save = (event: FormEvent) => {
    event.preventDefault();
    const given = {
      name: form.name.trim() === session.name ? "" : form.name.trim(),
      access_token: form.token.trim(),
      app_secret: form.secret.trim(),
      verify_token: form.verify.trim(),
    };
    const patch: SessionPatch = Object.fromEntries(
      Object.entries(given).filter(([, value]) => value !== ""),
    );
    change.mutate(patch, { onSuccess: onClose });
  };
  return (
    <Dialog
      title={t("number.editTitle", { name: session.name })}
      description={t("number.editHint")}
      onClose={onClose}
      footer={
        <>
          <Button look="quiet" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button type="submit" form="number-edit" busy={change.isPending}>
            {t("common.save")}
          </Button>
        </>
      }
    >
      <form id="number-edit" onSubmit={save} className="grid gap-4" autoComplete="off">
        {change.isError && <Notice kind="danger" text={problemText(change.error)} />}
        <TextField required label={t("number.name")} value={form.name} onChange={set("name")} />
        <TextField
          type="password"
          autoComplete="off"
          label={t("number.accessToken")}
          hint={t("number.accessTokenHint")}
          value={form.token}
          onChange={set("token")}
        />
        <TextField
          type="password"
          autoComplete="off"
          label={t("number.appSecret")}
          value={form.secret}
          onChange={set("secret")}
        />
        <TextField label={t("number.verifyToken")} value={form.verify} onChange={set("verify")} />
      </form>
    </Dialog>
  );
}
