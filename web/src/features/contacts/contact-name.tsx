import { Check, Pencil, X } from "lucide-react";
import { type FormEvent, useState } from "react";
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
  if (draft === null) {
    return (
      <div className="flex items-center justify-center gap-1 ps-8">
        <h2 className="min-w-0 truncate text-xl font-semibold" dir="auto">
          {shown}
        </h2>
        <IconButton
          small
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
    if (!next || next === name) return setDraft(null);
    rename.mutate(next, { onSuccess: () => setDraft(null), onError: toastProblem });
  };
  return (
    <form onSubmit={save} className="flex items-center gap-1">
      <input
        // biome-ignore lint/a11y/noAutofocus: the person just asked to type here.
        autoFocus
        value={draft}
        maxLength={120}
        aria-label={t("contact.name")}
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") setDraft(null);
        }}
        className={cn(inputClasses, "h-9 text-lg")}
      />
      <IconButton
        small
        type="submit"
        icon={Check}
        label={t("common.save")}
        disabled={rename.isPending}
      />
      <IconButton small icon={X} label={t("common.cancel")} onClick={() => setDraft(null)} />
    </form>
  );
}
