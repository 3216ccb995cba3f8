import { useState } from "react";
import { useTranslation } from "react-i18next";
import { RoleField } from "@/components/role-field";
import { Button } from "@/components/ui/button";
import { CopyValue } from "@/components/ui/copy-button";
import { Dialog } from "@/components/ui/dialog";
import { TextField } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { Notice } from "@/components/ui/notice";
import type { Role } from "@/lib/api/types";
import { useForm } from "@/lib/use-form";
import { useCreateApiKey } from "./queries";

/** As a date field writes it, where one lives. */
function today(): string {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}

/** Makes a key and shows it the only time that it can be seen. */
export function NewKeyDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { values, field } = useForm({ name: "", expires: "" });
  const [role, setRole] = useState<Role>("agent");
  const create = useCreateApiKey();
  const save = () =>
    create.mutate({
      name: values.name.trim(),
      role,
      ...(values.expires && { expires_at: new Date(`${values.expires}T23:59:59`).toISOString() }),
    });
  if (create.data) {
    return (
      <Dialog
        title={t("apiKey.created")}
        once
        onClose={onClose}
        footer={<Button onClick={onClose}>{t("common.done")}</Button>}
      >
        <Notice kind="time" text={t("apiKey.onlyOnce")} className="mb-3" />
        <CopyValue
          value={create.data.key}
          label={t("common.copyWhat", { what: t("apiKey.key") })}
        />
      </Dialog>
    );
  }
  return (
    <FormDialog
      title={t("apiKey.new")}
      action={t("apiKey.create")}
      busy={create.isPending}
      error={create.error}
      onSubmit={save}
      onClose={onClose}
    >
      <TextField
        required
        label={t("apiKey.name")}
        hint={t("apiKey.nameHint")}
        maxLength={80}
        {...field("name")}
      />
      <RoleField value={role} onChange={setRole} />
      <TextField
        type="date"
        label={t("apiKey.expires")}
        hint={t("apiKey.expiresHint")}
        min={today()}
        {...field("expires")}
      />
    </FormDialog>
  );
}
