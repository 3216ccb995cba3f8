import { LayoutTemplate } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { PagedList } from "@/components/paged-list";
import { Chip } from "@/components/ui/chip";
import { inputClasses } from "@/components/ui/field";
import type { Template } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { useWhole } from "@/lib/paged-query";
import { templatesQuery } from "../queries";
import { partsOf } from "./parts";

/** Fewer need no search. */
const SEARCH_FROM = 5;

interface ChooserProps {
  sessionId: string;
  onChoose: (template: Template) => void;
  compact?: boolean;
}

/** The approved templates of a number. */
export function TemplateChooser({ sessionId, onChoose, compact }: ChooserProps) {
  const { t } = useTranslation();
  const templates = useWhole(templatesQuery(sessionId));
  const [query, setQuery] = useState("");
  return (
    <PagedList
      list={templates}
      empty={<p className="py-4 text-center text-sm text-ink-soft">{t("template.none")}</p>}
    >
      {(all) => (
        <div className="grid gap-2">
          {all.length >= SEARCH_FROM && (
            <input
              type="search"
              value={query}
              onChange={(event) => setQuery(event.target.value)}
              aria-label={t("template.search")}
              placeholder={t("template.search")}
              className={cn(inputClasses, "h-9")}
            />
          )}
          <Options
            templates={all.filter((template) => matches(template, query))}
            onChoose={onChoose}
            compact={compact}
          />
        </div>
      )}
    </PagedList>
  );
}

function matches(template: Template, query: string): boolean {
  const wanted = query.trim().toLowerCase();
  return template.name.includes(wanted) || partsOf(template).body.toLowerCase().includes(wanted);
}

interface OptionsProps {
  templates: Template[];
  onChoose: (template: Template) => void;
  compact: boolean | undefined;
}

function Options({ templates, onChoose, compact }: OptionsProps) {
  const { t } = useTranslation();
  if (templates.length === 0) {
    return (
      <p role="status" className="py-3 text-center text-sm text-ink-soft">
        {t("inbox.nothingFound")}
      </p>
    );
  }
  return (
    <ul className={cn("grid gap-1.5", compact && "sm:grid-cols-2")}>
      {templates.map((template) => (
        <li key={template.id}>
          <button
            type="button"
            data-testid="template-option"
            data-name={template.name}
            onClick={() => onChoose(template)}
            className="flex w-full items-start gap-2.5 rounded-xl border bg-raised px-3 py-2 text-start transition-colors hover:border-tide-line hover:bg-tide-soft"
          >
            <LayoutTemplate aria-hidden className="mt-0.5 size-4 shrink-0 text-tide" />
            <span className="min-w-0 flex-1">
              <span className="flex items-center gap-1.5">
                <span className="truncate text-sm font-medium">{template.name}</span>
                <Chip>{template.language}</Chip>
              </span>
              <span className="line-clamp-2 w-fit text-xs text-ink-soft" dir="auto">
                {partsOf(template).body}
              </span>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
