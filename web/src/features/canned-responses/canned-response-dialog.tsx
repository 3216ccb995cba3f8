import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { TextAreaField, TextField } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { VariableButtons } from "@/components/variable-buttons";
import type { CannedResponse } from "@/lib/api/types";
import { fieldProblem, isAboutFields } from "@/lib/problem-text";
import { useLogin, useMay } from "@/lib/session-user";
import { asShortcut, filledIn, firstName } from "@/lib/variables";
import { useSaveCannedResponse } from "./queries";

interface DialogProps {
  /** Absent: a new one. */
  response?: CannedResponse;
  /** Whether a new one is everybody's at first. */
  shared?: boolean;
  onClose: () => void;
}

/** A text and the letters that call it, with a look at what the customer will read. */
export function CannedResponseDialog({ response, shared: first = false, onClose }: DialogProps) {
  const { t } = useTranslation();
  const mayShare = useMay("supervisor");
  const [shortcut, setShortcut] = useState(response?.shortcut ?? "");
  const [text, setText] = useState(response?.text ?? "");
  const [shared, setShared] = useState(response ? response.owner_id === null : first);
  const box = useRef<HTMLTextAreaElement>(null);
  const save = useSaveCannedResponse(response?.id ?? null);
  const shown = isAboutFields(save.error, ["shortcut", "text"]);
  return (
    <FormDialog
      title={t(response ? "canned.edit" : "canned.new")}
      action={t(response ? "common.save" : "canned.create")}
      busy={save.isPending}
      error={shown ? null : save.error}
      onSubmit={() =>
        save.mutate(
          { shortcut, text: text.trim(), shared: shared && mayShare },
          { onSuccess: onClose },
        )
      }
      onClose={onClose}
    >
      <TextField
        required
        label={t("canned.shortcut")}
        hint={t("canned.shortcutHint", { shortcut: shortcut || t("canned.example") })}
        error={fieldProblem(save.error, "shortcut")}
        maxLength={32}
        autoCapitalize="none"
        spellCheck={false}
        value={shortcut}
        onChange={(event) => setShortcut(asShortcut(event.target.value))}
      />
      <TextAreaField
        ref={box}
        required
        label={t("canned.text")}
        error={fieldProblem(save.error, "text")}
        maxLength={4096}
        rows={5}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <VariableButtons field={box} text={text} onChange={setText} />
      {mayShare && (
        <label className="flex items-center gap-3">
          <input
            type="checkbox"
            checked={shared}
            onChange={(event) => setShared(event.target.checked)}
            className="size-4 accent-(--tide)"
          />
          <span className="grid">
            {t("canned.share")}
            <span className="text-xs text-ink-faint">{t("canned.shareHint")}</span>
          </span>
        </label>
      )}
      {text.trim() && <Preview text={text} />}
    </FormDialog>
  );
}

function Preview({ text }: { text: string }) {
  const { t } = useTranslation();
  const me = useLogin((login) => login.user?.name ?? "");
  const customer = t("canned.sampleName");
  const pieces = filledIn(text, {
    "contact.name": customer,
    "contact.first_name": firstName(customer),
    "contact.phone": t("canned.samplePhone"),
    "agent.name": me,
    "agent.first_name": firstName(me),
  });
  const unknown = pieces.some(({ kind }) => kind === "unknown");
  return (
    <figure className="grid gap-1.5">
      <figcaption className="text-xs text-ink-faint">
        {t("canned.preview", { name: customer })}
      </figcaption>
      <p
        dir="auto"
        data-testid="canned-preview"
        className="max-h-40 w-fit max-w-full overflow-y-auto rounded-2xl rounded-ee-md border border-own-line bg-own px-3.5 py-2 wrap-anywhere whitespace-pre-wrap"
      >
        {pieces.map((piece, index) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: pieces are known by their place.
            key={index}
            className={LOOK[piece.kind]}
          >
            {piece.text}
          </span>
        ))}
      </p>
      <p role="status" className={unknown ? "text-xs text-danger" : "sr-only"}>
        {unknown && t("canned.unknown")}
      </p>
    </figure>
  );
}

const LOOK = {
  plain: undefined,
  filled: "font-medium text-tide-strong",
  unknown: "text-danger underline decoration-wavy",
};
