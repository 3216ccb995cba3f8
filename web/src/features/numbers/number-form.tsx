import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { TextField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { ApiError } from "@/lib/api/problem";
import type { Session } from "@/lib/api/types";
import { problemText } from "@/lib/problem-text";
import { useCreateSession } from "./queries";

interface NumberFormProps {
  onDone: (session: Session) => void;
  onClose: () => void;
}

const EMPTY = { name: "", pnid: "", waba: "", token: "", secret: "", verify: "" };

/** The credentials of a WhatsApp number, as they stand in Meta's dashboard. */
export function NumberForm({ onDone, onClose }: NumberFormProps) {
  const { t } = useTranslation();
  const [form, setForm] = useState(EMPTY);
  const create = useCreateSession();
  const set = (name: keyof typeof EMPTY) => (event: { target: { value: string } }) =>
    setForm((now) => ({ ...now, [name]: event.target.value }));
  const problem = (field: string) =>
    create.error instanceof ApiError
      ? create.error.fields.find((wrong) => wrong.field === field)?.message
      : undefined;
  const save = (event: FormEvent) => {
    event.preventDefault();
    create.mutate(
      {
        name: form.name.trim(),
        provider: "cloud_api",
        phone_number_id: form.pnid.trim(),
        business_account_id: form.waba.trim(),
        access_token: form.token.trim(),
        app_secret: form.secret.trim(),
        ...(form.verify.trim() && { verify_token: form.verify.trim() }),
      },
      { onSuccess: onDone },
    );
  };
  return (
    <Dialog
      title={t("number.new")}
      description={t("number.newHint")}
      onClose={onClose}
      footer={
        <>
          <Button look="quiet" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button
            type="submit"
            form="number-form"
            data-testid="number-save"
            busy={create.isPending}
          >
            {t("number.connect")}
          </Button>
        </>
      }
    >
      <form id="number-form" onSubmit={save} className="grid gap-4" autoComplete="off">
        {create.isError && <Notice kind="danger" text={problemText(create.error)} />}
        <TextField
          required
          label={t("number.name")}
          hint={t("number.nameHint")}
          data-testid="number-name"
          maxLength={80}
          value={form.name}
          onChange={set("name")}
          error={problem("name")}
        />
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            required
            label={t("number.phoneNumberId")}
            data-testid="number-pnid"
            inputMode="numeric"
            value={form.pnid}
            onChange={set("pnid")}
            error={problem("phone_number_id")}
          />
          <TextField
            required
            label={t("number.businessAccountId")}
            data-testid="number-waba"
            inputMode="numeric"
            value={form.waba}
            onChange={set("waba")}
            error={problem("business_account_id")}
          />
        </div>
        <TextField
          required
          type="password"
          autoComplete="off"
          label={t("number.accessToken")}
          hint={t("number.accessTokenHint")}
          data-testid="number-token"
          value={form.token}
          onChange={set("token")}
          error={problem("access_token")}
        />
        <TextField
          required
          type="password"
          autoComplete="off"
          label={t("number.appSecret")}
          hint={t("number.appSecretHint")}
          data-testid="number-secret"
          value={form.secret}
          onChange={set("secret")}
          error={problem("app_secret")}
        />
        <TextField
          label={t("number.verifyToken")}
          hint={t("number.verifyTokenHint")}
          data-testid="number-verify"
          value={form.verify}
          onChange={set("verify")}
          error={problem("verify_token")}
        />
      </form>
    </Dialog>
  );
}
