import { Check } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { TAG_COLORS, TagChip } from "@/components/tag-chip";
import { TextField } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import type { Tag, TagColor } from "@/lib/api/types";
import { useSaveTag } from "./queries";

interface TagDialogProps {
  /** Absent: a new one. */
  tag?: Tag;
  onClose: () => void;
}

/** A tag's name and colour, as conversations will show it. */
export function TagDialog({ tag, onClose }: TagDialogProps) {
  const { t } = useTranslation();
  const [name, setName] = useState(tag?.name ?? "");
  const [color, setColor] = useState<TagColor>(tag?.color ?? "blue");
  const save = useSaveTag(tag?.id ?? null);
  return (
    <FormDialog
      title={t(tag ? "tag.edit" : "tag.new")}
      action={t(tag ? "common.save" : "tag.create")}
      actionTestId="save-tag"
      busy={save.isPending}
      error={save.error}
      onSubmit={() => save.mutate({ name: name.trim(), color }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <TextField
        required
        label={t("tag.name")}
        hint={t("tag.nameHint")}
        maxLength={80}
        data-testid="tag-name"
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <fieldset>
        <legend className="mb-2 text-sm font-medium">{t("tag.color")}</legend>
        <div className="flex flex-wrap gap-2">
          {TAG_COLORS.map((one) => (
            <label
              key={one}
              data-hue={one}
              title={t(`tag.colors.${one}`)}
              className="hue-dot grid size-9 place-items-center rounded-full has-checked:ring-2 has-checked:ring-ink has-checked:ring-offset-2 has-checked:ring-offset-panel has-focus-visible:outline-2 has-focus-visible:outline-offset-4 has-focus-visible:outline-tide"
            >
              <input
                type="radio"
                name="color"
                checked={color === one}
                onChange={() => setColor(one)}
                aria-label={t(`tag.colors.${one}`)}
                className="sr-only"
              />
              {color === one && <Check aria-hidden className="size-4 text-white" strokeWidth={3} />}
            </label>
          ))}
        </div>
      </fieldset>
      <p className="flex min-w-0 items-center gap-2 text-xs text-ink-faint">
        {t("tag.preview")}
        <TagChip tag={{ name: name.trim() || t("tag.name"), color }} />
      </p>
    </FormDialog>
  );
}
