import { Check, Pencil, X } from "lucide-react";
import { type FormEvent, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { useTranslation } from "react-i18next";
import { inputClasses } from "@/components/ui/field";
import { IconButton } from "@/components/ui/icon-button";
import { toastProblem } from "@/components/ui/toast";
import { cn } from "@/lib/classes";
import { useRenameContact } from "./queries";

interface NameProps {
  id: string;
  /** What is shown; may be a phone number when nobody gave a name. */
  shown: string;
  name: string | null;
}

/** The contact's name, to be changed in place. */
export function ContactName({ id, shown, name }: NameProps) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState<string | null>(null);
  const rename = useRenameContact(id);
  const form = useRef<HTMLFormElement>(null);
  const pencil = useRef<HTMLButtonElement>(null);
  const finish = () => {
    const focused = form.current?.contains(document.activeElement);
    flushSync(() => setDraft(null));
    if (focused) pencil.current?.focus();
  };
  if (draft === null) {
    return (
      <div className="flex items-center justify-center gap-1 ps-8">
        <h2 className="min-w-0 truncate text-xl font-semibold" dir="auto">
          {shown}
        </h2>
        <IconButton
          small
          ref={pencil}
          icon={Pencil}
          label={t("contact.rename")}
          onClick={() => setDraft(name ?? "")}
        />
      </div>
    );
  }
  const save = (event: FormEvent) => {
    event.preventDefault();
    const next = draft.trim();
    if (rename.isPending) return;
    if (!next || next === name) return finish();
    rename.mutate(next, { onSuccess: finish, onError: toastProblem });
  };
  return (
    <form ref={form} onSubmit={save} className="flex items-center gap-1">
      <input
        // biome-ignore lint/a11y/noAutofocus: the person just asked to type here.
        autoFocus
        value={draft}
        maxLength={100}
        aria-label={t("contact.name")}
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          // A dialog around it stays.
          event.preventDefault();
          finish();
        }}
        className={cn(inputClasses, "h-9 text-lg")}
      />
      <IconButton small type="submit" icon={Check} label={t("common.save")} />
      <IconButton small icon={X} label={t("common.cancel")} onClick={finish} />
    </form>
  );
}
