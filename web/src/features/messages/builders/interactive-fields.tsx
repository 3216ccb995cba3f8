import { Plus, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { IconButton } from "@/components/ui/icon-button";
import { type InteractiveForm, LIMITS } from "./interactive-body";

interface FieldsProps {
  form: InteractiveForm;
  change: (part: Partial<InteractiveForm>) => void;
}

export function ButtonFields({ form, change }: FieldsProps) {
  const { t } = useTranslation();
  const set = (index: number, title: string) =>
    change({ buttons: form.buttons.with(index, title) });
  return (
    <>
      {form.buttons.map((title, index) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: the fields are their positions.
          key={index}
          className="flex items-end gap-1 *:first:flex-1"
        >
          <TextField
            label={t("builder.buttonTitle", { number: index + 1 })}
            counted
            maxLength={LIMITS.buttonTitle}
            value={title}
            onChange={(event) => set(index, event.target.value)}
          />
          {form.buttons.length > 1 && (
            <IconButton
              icon={Trash2}
              label={t("builder.removeButton", { number: index + 1 })}
              onClick={() => change({ buttons: form.buttons.toSpliced(index, 1) })}
            />
          )}
        </div>
      ))}
      {form.buttons.length < LIMITS.buttons && (
        <AddButton
          label={t("builder.addButton")}
          onClick={() => change({ buttons: [...form.buttons, ""] })}
        />
      )}
    </>
  );
}

export function ListFields({ form, change }: FieldsProps) {
  const { t } = useTranslation();
  const set = (index: number, part: Partial<InteractiveForm["rows"][0]>) =>
    change({ rows: form.rows.map((row, at) => (at === index ? { ...row, ...part } : row)) });
  return (
    <>
      <TextField
        label={t("builder.listButton")}
        counted
        maxLength={LIMITS.listButton}
        value={form.listButton}
        onChange={(event) => change({ listButton: event.target.value })}
      />
      {form.rows.map((row, index) => (
        <fieldset
          // biome-ignore lint/suspicious/noArrayIndexKey: the fields are their positions.
          key={index}
          className="grid gap-2 rounded-xl border p-3"
        >
          <legend className="px-1 text-xs text-ink-soft">
            {t("builder.row", { number: index + 1 })}
          </legend>
          <TextField
            label={t("builder.rowTitle")}
            counted
            maxLength={LIMITS.rowTitle}
            value={row.title}
            onChange={(event) => set(index, { title: event.target.value })}
          />
          <TextField
            label={t("builder.rowDescription")}
            counted
            maxLength={LIMITS.rowDescription}
            value={row.description}
            onChange={(event) => set(index, { description: event.target.value })}
          />
          {form.rows.length > 1 && (
            <Button
              size="sm"
              look="quiet"
              onClick={() => change({ rows: form.rows.toSpliced(index, 1) })}
            >
              <Trash2 aria-hidden className="size-3.5" />
              {t("builder.remove")}
            </Button>
          )}
        </fieldset>
      ))}
      {form.rows.length < LIMITS.rows && (
        <AddButton
          label={t("builder.addRow")}
          onClick={() => change({ rows: [...form.rows, { title: "", description: "" }] })}
        />
      )}
    </>
  );
}

export function LinkFields({ form, change }: FieldsProps) {
  const { t } = useTranslation();
  return (
    <>
      <TextField
        label={t("builder.linkLabel")}
        counted
        maxLength={LIMITS.linkLabel}
        value={form.linkLabel}
        onChange={(event) => change({ linkLabel: event.target.value })}
      />
      <TextField
        label={t("builder.linkUrl")}
        type="url"
        placeholder="https://"
        value={form.linkUrl}
        onChange={(event) => change({ linkUrl: event.target.value })}
      />
    </>
  );
}

function AddButton({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <Button size="sm" look="secondary" onClick={onClick} className="justify-self-start">
      <Plus aria-hidden className="size-4" />
      {label}
    </Button>
  );
}
