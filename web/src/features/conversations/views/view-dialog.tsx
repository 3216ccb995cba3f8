import { useState } from "react";
import { useTranslation } from "react-i18next";
import { TextField } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import type { View } from "@/lib/api/types";
import type { InboxFilters } from "@/lib/keys";
import { fieldProblem, isAboutFields } from "@/lib/problem-text";
import { useMay } from "@/lib/session-user";
import { filterWords } from "../filter-names";
import type { FilterChoices } from "../more-filters";
import { useSaveView } from "./queries";
import { fromView, sameFilters, toView } from "./view-filters";

interface ViewDialogProps {
  /** Absent: a new one, of these filters. */
  view?: View;
  filters: InboxFilters;
  choices: FilterChoices;
  onSaved?: (view: View) => void;
  onClose: () => void;
}

/** The name of a view, and whose it is. */
export function ViewDialog({ view, filters, choices, onSaved, onClose }: ViewDialogProps) {
  const { t } = useTranslation();
  const mayShare = useMay("supervisor");
  const [name, setName] = useState(view?.name ?? "");
  const [shared, setShared] = useState(view?.owner_id === null);
  const [renews, setRenews] = useState(false);
  const save = useSaveView();
  const kept = view ? fromView(view.filters) : filters;
  const next = renews ? filters : kept;
  const submit = () => {
    const wanted = {
      id: view?.id,
      name: name.trim(),
      filters: view && !renews ? view.filters : toView(filters),
      shared: shared && mayShare,
    };
    save.mutate(wanted, {
      onSuccess: (saved) => {
        onSaved?.(saved);
        onClose();
      },
    });
  };
  return (
    <FormDialog
      title={t(view ? "view.edit" : "view.new")}
      action={t("common.save")}
      busy={save.isPending}
      error={isAboutFields(save.error, ["name"]) ? null : save.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField
        required
        label={t("view.name")}
        error={fieldProblem(save.error, "name")}
        maxLength={60}
        placeholder={t("view.example")}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <div className="grid gap-1.5">
        <p className="text-sm font-medium">{t("view.shows")}</p>
        <FilterWords words={filterWords(next, choices, t)} />
      </div>
      {view && !sameFilters(kept, filters) && (
        <Choice
          label={t("view.renew")}
          hint={filterWords(filters, choices, t).join(" · ")}
          checked={renews}
          onChange={setRenews}
        />
      )}
      {mayShare && (
        <Choice
          label={t("view.share")}
          hint={t("view.shareHint")}
          checked={shared}
          onChange={setShared}
        />
      )}
    </FormDialog>
  );
}

function FilterWords({ words }: { words: string[] }) {
  return (
    <ul className="flex flex-wrap gap-1.5">
      {words.map((word) => (
        <li
          key={word}
          className="max-w-full truncate rounded-md bg-tide-soft px-2 py-0.5 text-xs font-medium text-tide-strong"
        >
          <bdi>{word}</bdi>
        </li>
      ))}
    </ul>
  );
}

interface ChoiceProps {
  label: string;
  hint: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

function Choice({ label, hint, checked, onChange }: ChoiceProps) {
  return (
    <label className="flex items-center gap-3">
      <input
        type="checkbox"
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
        className="size-4 shrink-0 accent-(--tide)"
      />
      <span className="grid min-w-0">
        {label}
        <span className="text-xs wrap-anywhere text-ink-faint">{hint}</span>
      </span>
    </label>
  );
}
