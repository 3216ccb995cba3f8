import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { CopyValue } from "@/components/ui/copy-button";
import { Dialog } from "@/components/ui/dialog";
import { SelectField, TextField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import type { Role } from "@/lib/api/types";
import { problemText } from "@/lib/problem-text";
import { isAtLeast, ROLES, useLogin } from "@/lib/session-user";
import { useCreateApiKey } from "./queries";

/** Makes a key and shows it the only time that it can be seen. */
export function NewKeyDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const mine = useLogin((login) => login.user?.role);
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("agent");
  const [expires, setExpires] = useState("");
  const create = useCreateApiKey();
  const save = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({
      name: name.trim(),
      role,
      ...(expires && { expires_at: new Date(`${expires}T23:59:59`).toISOString() }),
    });
  };
  if (create.data) {
    return (
      <Dialog
        title={t("apiKey.created")}
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
    <Dialog
      title={t("apiKey.new")}
      onClose={onClose}
      footer={
        <>
          <Button look="quiet" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button type="submit" form="key-form" busy={create.isPending}>
            {t("apiKey.create")}
          </Button>
        </>
      }
    >
      <form id="key-form" onSubmit={save} className="grid gap-4">
        {create.isError && <Notice kind="danger" text={problemText(create.error)} />}
        <TextField
          required
          label={t("apiKey.name")}
          hint={t("apiKey.nameHint")}
          maxLength={80}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <SelectField
          label={t("user.role")}
          hint={t(`user.roleHint.${role}`)}
          value={role}
          onChange={(event) => setRole(event.target.value as Role)}
        >
          {ROLES.filter((each) => isAtLeast(mine, each)).map((each) => (
            <option key={each} value={each}>
              {t(`role.${each}`)}
            </option>
          ))}
        </SelectField>
        <TextField
          type="date"
          label={t("apiKey.expires")}
          hint={t("apiKey.expiresHint")}
          value={expires}
          onChange={(event) => setExpires(event.target.value)}
        />
      </form>
    </Dialog>
  );
}
