import { useTranslation } from "react-i18next";
import { TextField } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import type { Session } from "@/lib/api/types";
import { useForm } from "@/lib/use-form";
import { type SessionPatch, useChangeSession } from "./queries";

/** A new name, or new credentials when the old ones have expired. */
export function EditDialog({ session, onClose }: { session: Session; onClose: () => void }) {
  const { t } = useTranslation();
  const { values, field } = useForm({ name: session.name, token: "", secret: "", verify: "" });
  const change = useChangeSession(session.id);
  const save = () => {
    const given = {
      name: values.name.trim() === session.name ? "" : values.name.trim(),
      access_token: values.token.trim(),
      app_secret: values.secret.trim(),
      verify_token: values.verify.trim(),
    };
    const patch: SessionPatch = Object.fromEntries(
      Object.entries(given).filter(([, value]) => value !== ""),
    );
    change.mutate(patch, { onSuccess: onClose });
  };
  return (
    <FormDialog
      title={t("number.editTitle", { name: session.name })}
      description={t("number.editHint")}
      action={t("common.save")}
      busy={change.isPending}
      error={change.error}
      onSubmit={save}
      onClose={onClose}
    >
      <TextField required label={t("number.name")} {...field("name")} />
      <TextField
        type="password"
        autoComplete="off"
        label={t("number.accessToken")}
        hint={t("number.accessTokenHint")}
        {...field("token")}
      />
      <TextField
        type="password"
        autoComplete="off"
        label={t("number.appSecret")}
        {...field("secret")}
      />
      <TextField label={t("number.verifyToken")} {...field("verify")} />
    </FormDialog>
  );
}
