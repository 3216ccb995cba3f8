import { useState } from "react";
import { useTranslation } from "react-i18next";
import { TextAreaField } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import type { ScheduledMessage } from "@/lib/api/types";
import { LaterFields, useLaterForm } from "./later-fields";
import { useChangeScheduled } from "./queries";
import { bodyOf, withWords, wordsOf } from "./words";

const HOUR_MS = 3_600_000;

interface EditDialogProps {
  row: ScheduledMessage;
  windowExpiresAt: string | null;
  onClose: () => void;
}

/** Another time, other words. What was not sent waits again then. */
export function EditDialog({ row, windowExpiresAt, onClose }: EditDialogProps) {
  const { t } = useTranslation();
  const save = useChangeScheduled();
  const body = bodyOf(row);
  const before = wordsOf(body);
  const [words, setWords] = useState(before?.text ?? "");
  const { form, change, read } = useLaterForm(firstOf(row));
  const submit = () => {
    const later = read();
    if (!later) return;
    const isReworded = before && words.trim() !== before.text;
    save.mutate(
      {
        id: row.id,
        change: {
          send_at: later.sendAt,
          unless_reply: later.unlessReply,
          ...(isReworded && { message: withWords(body, words.trim()) }),
        },
      },
      { onSuccess: onClose },
    );
  };
  return (
    <FormDialog
      title={t("later.changeTitle")}
      action={t("common.save")}
      busy={save.isPending}
      error={save.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <LaterFields
        form={form}
        change={change}
        windowExpiresAt={body.type === "template" ? undefined : windowExpiresAt}
      />
      {before && (
        <TextAreaField
          label={t("later.words")}
          required={before.needed}
          counted
          rows={5}
          maxLength={before.max}
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
      )}
    </FormDialog>
  );
}

/** A time that is over is no time to begin with. */
function firstOf({ send_at, unless_reply }: ScheduledMessage) {
  const soonest = Date.now() + HOUR_MS;
  const sendAt = Date.parse(send_at) > Date.now() ? send_at : new Date(soonest).toISOString();
  return { sendAt, unlessReply: unless_reply };
}
