import { useTranslation } from "react-i18next";
import { TextField } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { ApiError } from "@/lib/api/problem";
import type { Session } from "@/lib/api/types";
import { useForm } from "@/lib/use-form";
import { useCreateSession } from "./queries";

interface NumberFormProps {
  onDone: (session: Session) => void;
  onClose: () => void;
}

const EMPTY = { name: "", pnid: "", waba: "", token: "", secret: "", verify: "" };
/** What the hub calls them. */
const HUB_NAMES: Record<keyof typeof EMPTY, string> = {
  name: "name",
  pnid: "phone_number_id",
  waba: "business_account_id",
  token: "access_token",
  secret: "app_secret",
  verify: "verify_token",
};

/** The credentials of a WhatsApp number, as they stand in Meta's dashboard. */
export function NumberForm({ onDone, onClose }: NumberFormProps) {
  const { t } = useTranslation();
  const { values, field } = useForm(EMPTY);
  const create = useCreateSession();
  const problem = (name: keyof typeof EMPTY) =>
    create.error instanceof ApiError
      ? create.error.fields.find((wrong) => wrong.field === HUB_NAMES[name])?.message
      : undefined;
  const input = (name: keyof typeof EMPTY) => ({
    "data-testid": `number-${name}`,
    error: problem(name),
    ...field(name),
  });
  const save = () =>
    create.mutate(
      {
        name: values.name.trim(),
        provider: "cloud_api",
        phone_number_id: values.pnid.trim(),
        business_account_id: values.waba.trim(),
        access_token: values.token.trim(),
        app_secret: values.secret.trim(),
        ...(values.verify.trim() && { verify_token: values.verify.trim() }),
      },
      { onSuccess: onDone },
    );
  return (
    <FormDialog
      title={t("number.new")}
      description={t("number.newHint")}
      action={t("number.connect")}
      actionTestId="number-save"
      busy={create.isPending}
      error={create.error}
      onSubmit={save}
      onClose={onClose}
    >
      <TextField
        required
        label={t("number.name")}
        hint={t("number.nameHint")}
        maxLength={80}
        {...input("name")}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          required
          label={t("number.phoneNumberId")}
          inputMode="numeric"
          {...input("pnid")}
        />
        <TextField
          required
          label={t("number.businessAccountId")}
          inputMode="numeric"
          {...input("waba")}
        />
      </div>
      <TextField
        required
        type="password"
        autoComplete="off"
        label={t("number.accessToken")}
        hint={t("number.accessTokenHint")}
        {...input("token")}
      />
      <TextField
        required
        type="password"
        autoComplete="off"
        label={t("number.appSecret")}
        hint={t("number.appSecretHint")}
        {...input("secret")}
      />
      <TextField
        label={t("number.verifyToken")}
        hint={t("number.verifyTokenHint")}
        {...input("verify")}
      />
    </FormDialog>
  );
}
