import { useState } from "react";
import { useTranslation } from "react-i18next";
import { TextAreaField, TextField } from "@/components/ui/field";
import { cn } from "@/lib/classes";
import type { BuilderProps } from "./builder-dialog";
import {
  EMPTY_FORM,
  type InteractiveForm,
  type InteractiveKind,
  interactiveBody,
  isComplete,
  LIMITS,
} from "./interactive-body";
import { ButtonFields, LinkFields, ListFields } from "./interactive-fields";
import { PreviewFrame } from "./preview-frame";

const KINDS: InteractiveKind[] = ["button", "list", "cta_url", "location_request_message"];

export function InteractiveDialog(way: BuilderProps) {
  const { t } = useTranslation();
  const [form, setForm] = useState<InteractiveForm>(EMPTY_FORM);
  const change = (part: Partial<InteractiveForm>) => setForm((now) => ({ ...now, ...part }));
  const body = interactiveBody(form);
  const plain = form.kind === "location_request_message";
  return (
    <PreviewFrame
      title={t("builder.interactive")}
      body={isComplete(form) ? body : null}
      draft={body}
      {...way}
    >
      <fieldset
        aria-label={t("builder.kind")}
        className="grid grid-cols-2 gap-0.5 rounded-lg bg-sunken p-0.5"
      >
        {KINDS.map((kind) => (
          <button
            key={kind}
            type="button"
            aria-pressed={form.kind === kind}
            onClick={() => change({ kind })}
            className={cn(
              "h-8 rounded-md text-sm",
              form.kind === kind ? "bg-raised font-medium shadow-lift" : "text-ink-soft",
            )}
          >
            {t(`builder.kinds.${kind}`)}
          </button>
        ))}
      </fieldset>
      {!plain && (
        <TextField
          label={t("builder.header")}
          counted
          maxLength={LIMITS.header}
          value={form.header}
          onChange={(event) => change({ header: event.target.value })}
        />
      )}
      <TextAreaField
        label={t("builder.body")}
        counted
        maxLength={form.kind === "list" ? LIMITS.listBody : LIMITS.buttonBody}
        value={form.body}
        onChange={(event) => change({ body: event.target.value })}
      />
      {form.kind === "button" && <ButtonFields form={form} change={change} />}
      {form.kind === "list" && <ListFields form={form} change={change} />}
      {form.kind === "cta_url" && <LinkFields form={form} change={change} />}
      {!plain && (
        <TextField
          label={t("builder.footer")}
          counted
          maxLength={LIMITS.footer}
          value={form.footer}
          onChange={(event) => change({ footer: event.target.value })}
        />
      )}
    </PreviewFrame>
  );
}
