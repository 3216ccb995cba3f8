import { useState } from "react";
import { useTranslation } from "react-i18next";
import { TextField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { useNow } from "@/lib/use-now";
import { fieldTime, LONGEST_MS } from "@/lib/usual-times";
import { isBeyondWindow } from "@/lib/window";
import type { Later } from "./leaving";

/** A time as a form has it. */
export interface LaterForm {
  /** Where one lives, as the browser's field writes it. */
  time: string;
  unlessReply: boolean;
  /** It was over when somebody wanted it. */
  passed: boolean;
}

/** The form, and what it says; null when its time is over. */
export function useLaterForm({ sendAt, unlessReply }: Later) {
  const [form, setForm] = useState<LaterForm>(() => ({
    time: fieldTime(Date.parse(sendAt)),
    unlessReply,
    passed: false,
  }));
  const change = (part: Partial<LaterForm>) => setForm((now) => ({ ...now, ...part }));
  const read = (): Later | null => {
    const at = new Date(form.time);
    // The field's own bounds are minutes old when the dialog stays open.
    if (at.getTime() > Date.now()) {
      return { sendAt: at.toISOString(), unlessReply: form.unlessReply };
    }
    change({ passed: true });
    return null;
  };
  return { form, change, read };
}

interface LaterFieldsProps {
  form: LaterForm;
  change: (part: Partial<LaterForm>) => void;
  /** Undefined for templates, and where nobody knows. */
  windowExpiresAt: string | null | undefined;
}

/** When something is sent, and whether an answer makes it unnecessary; says when only a template would get through. */
export function LaterFields({ form, change, windowExpiresAt }: LaterFieldsProps) {
  const { t } = useTranslation();
  const now = useNow();
  const at = new Date(form.time);
  const beyond =
    windowExpiresAt !== undefined &&
    !Number.isNaN(at.getTime()) &&
    isBeyondWindow(windowExpiresAt, at.toISOString());
  return (
    <>
      <TextField
        required
        type="datetime-local"
        label={t("care.pickLabel")}
        hint={t("later.timeHint")}
        error={form.passed ? t("care.passed") : undefined}
        min={fieldTime(now)}
        max={fieldTime(now + LONGEST_MS)}
        value={form.time}
        onChange={(event) => change({ time: event.target.value, passed: false })}
      />
      <label className="flex min-h-9 items-center gap-3">
        <input
          type="checkbox"
          checked={form.unlessReply}
          onChange={(event) => change({ unlessReply: event.target.checked })}
          className="size-4 shrink-0 accent-(--tide)"
        />
        {t("later.unlessReply")}
      </label>
      <div role="status" className={beyond ? undefined : "sr-only"}>
        {beyond && <Notice kind="time" text={t("later.beyondWindow")} />}
      </div>
    </>
  );
}
