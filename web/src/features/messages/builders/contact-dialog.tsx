import { useTranslation } from "react-i18next";
import { TextField } from "@/components/ui/field";
import { useForm } from "@/lib/use-form";
import type { BuilderProps } from "./builder-dialog";
import { PreviewFrame } from "./preview-frame";

export function ContactDialog(way: BuilderProps) {
  const { t } = useTranslation();
  const { values, field } = useForm({ name: "", phone: "", company: "" });
  const full = values.name.trim();
  const company = values.company.trim();
  const digits = values.phone.replace(/[^\d+]/g, "");
  const card = {
    // WhatsApp wants one more part of the name beside the formatted one.
    name: { formatted_name: full, first_name: full.split(/\s+/)[0] ?? full },
    ...(digits && { phones: [{ phone: digits, type: "WORK" }] }),
    ...(company && { org: { company } }),
  };
  const body = { type: "contacts", contacts: [card] };
  return (
    <PreviewFrame
      title={t("builder.contact")}
      body={full && digits.length > 4 ? body : null}
      draft={body}
      {...way}
    >
      <TextField label={t("builder.fullName")} {...field("name")} />
      <TextField
        label={t("contact.phone")}
        type="tel"
        placeholder="+49 151 23456789"
        {...field("phone")}
      />
      <TextField label={t("builder.company")} {...field("company")} />
    </PreviewFrame>
  );
}
