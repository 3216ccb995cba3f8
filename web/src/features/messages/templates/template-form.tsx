import { useTranslation } from "react-i18next";
import { TextField } from "@/components/ui/field";
import type { Template } from "@/lib/api/types";
import { HeaderMediaField } from "./header-media-field";
import { needsHeaderMedia, type Slot, type TemplateParts, type TemplateValues } from "./parts";
import { TemplatePreview } from "./template-preview";

interface FormProps {
  template: Template;
  parts: TemplateParts;
  values: TemplateValues;
  onChange: (values: TemplateValues) => void;
  sessionId: string;
}

/** A field for each place of a template, and beside it what the customer will see. */
export function TemplateForm({ parts, values, onChange, sessionId }: FormProps) {
  const { t } = useTranslation();
  const buttons = parts.buttons.filter((button) => button.slot);
  const places = parts.headerSlots.length + parts.bodySlots.length + buttons.length;
  return (
    <div className="grid grid-cols-1 gap-5 md:grid-cols-2">
      <div className="grid content-start gap-3.5">
        {places === 0 && !needsHeaderMedia(parts) && (
          <p className="text-ink-soft">{t("template.nothingToFill")}</p>
        )}
        {needsHeaderMedia(parts) && (
          <HeaderMediaField
            format={parts.headerFormat ?? ""}
            sessionId={sessionId}
            value={values.headerMedia}
            onChange={(headerMedia) => onChange({ ...values, headerMedia })}
          />
        )}
        <SlotFields
          prefix={t("template.header")}
          slots={parts.headerSlots}
          values={values.header}
          onChange={(header) => onChange({ ...values, header })}
        />
        <SlotFields
          prefix={t("template.body")}
          slots={parts.bodySlots}
          values={values.body}
          onChange={(body) => onChange({ ...values, body })}
        />
        {buttons.map((button) => (
          <TextField
            key={button.index}
            label={t("template.button", { label: button.label })}
            hint={button.url ?? undefined}
            placeholder={button.slot?.example ?? ""}
            value={values.buttons[button.index] ?? ""}
            onChange={(event) =>
              onChange({
                ...values,
                buttons: { ...values.buttons, [button.index]: event.target.value },
              })
            }
          />
        ))}
      </div>
      <TemplatePreview parts={parts} values={values} />
    </div>
  );
}

interface SlotFieldsProps {
  prefix: string;
  slots: Slot[];
  values: Record<string, string>;
  onChange: (values: Record<string, string>) => void;
}

function SlotFields({ prefix, slots, values, onChange }: SlotFieldsProps) {
  return slots.map((slot) => (
    <TextField
      key={slot.name}
      label={`${prefix} · ${slot.name}`}
      data-testid="template-value"
      placeholder={slot.example ?? ""}
      value={values[slot.name] ?? ""}
      onChange={(event) => onChange({ ...values, [slot.name]: event.target.value })}
    />
  ));
}
