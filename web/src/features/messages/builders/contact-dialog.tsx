import { useState } from "react";
import { useTranslation } from "react-i18next";
import { TextField } from "@/components/ui/field";
import type { BuilderProps } from "./builder-dialog";
import { PreviewFrame } from "./preview-frame";

export function ContactDialog({ onSend, onClose }: BuilderProps) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const [phone, setPhone] = useState("");
  const [company, setCompany] = useState("");
  const full = name.trim();
  const digits = phone.replace(/[^\d+]/g, "");
  const card = {
    // WhatsApp wants one more part of the name beside the formatted one.
    name: { formatted_name: full, first_name: full.split(/\s+/)[0] ?? full },
    ...(digits && { phones: [{ phone: digits, type: "WORK" }] }),
    ...(company.trim() && { org: { company: company.trim() } }),
  };
  const body = { type: "contacts", contacts: [card] };
  return (
    <PreviewFrame
      title={t("builder.contact")}
      body={full && digits.length > 4 ? body : null}
      draft={body}
      onSend={onSend}
      onClose={onClose}
    >
      <TextField
        label={t("builder.fullName")}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <TextField
        label={t("contact.phone")}
        type="tel"
        placeholder="+49 151 23456789"
        value={phone}
        onChange={(event) => setPhone(event.target.value)}
      />
      <TextField
        label={t("builder.company")}
        value={company}
        onChange={(event) => setCompany(event.target.value)}
      />
    </PreviewFrame>
  );
}
