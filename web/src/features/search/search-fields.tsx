import { Search as Glass } from "lucide-react";
import { useTranslation } from "react-i18next";
import { inputClasses, SelectField, TextField } from "@/components/ui/field";
import type { Session, UserView } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { useSettledText } from "@/lib/use-settled-text";
import { DIRECTIONS } from "./queries";
import type { Search } from "./use-search";

/** Kinds with words in them. */
const TYPES = [
  "text",
  "image",
  "video",
  "document",
  "template",
  "interactive",
  "location",
] as const;

interface SearchFieldsProps {
  search: Search;
  change: (part: Partial<Search>) => void;
  users: UserView[];
  sessions: Session[];
}

/** What to look for, and where. */
export function SearchFields({ search, change, users, sessions }: SearchFieldsProps) {
  const { t } = useTranslation();
  return (
    // biome-ignore lint/a11y/useSemanticElements: browsers of two years ago do not know the element.
    <div role="search" className="grid gap-3">
      <WordsField value={search.q} onChange={(q) => change({ q })} />
      <div className="grid grid-cols-2 gap-3 sm:grid-cols-4">
        <SelectField
          label={t("search.who")}
          value={search.who}
          onChange={(event) => change({ who: event.target.value })}
        >
          <option value="">{t("search.anybody")}</option>
          {DIRECTIONS.map((direction) => (
            <option key={direction} value={direction}>
              {t(`search.direction.${direction}`)}
            </option>
          ))}
          {users.map((user) => (
            <option key={user.id} value={user.id}>
              {user.name}
            </option>
          ))}
        </SelectField>
        <SelectField
          label={t("search.type")}
          value={search.type}
          onChange={(event) => change({ type: event.target.value })}
        >
          <option value="">{t("search.anyType")}</option>
          {TYPES.map((type) => (
            <option key={type} value={type}>
              {t(`kind.${type}`)}
            </option>
          ))}
        </SelectField>
        <TextField
          label={t("search.from")}
          type="date"
          max={search.to || undefined}
          value={search.from}
          onChange={(event) => change({ from: event.target.value })}
        />
        <TextField
          label={t("search.to")}
          type="date"
          min={search.from || undefined}
          value={search.to}
          onChange={(event) => change({ to: event.target.value })}
        />
        {(sessions.length > 1 || search.session) && (
          <SelectField
            label={t("inbox.number")}
            value={search.session}
            onChange={(event) => change({ session: event.target.value })}
          >
            <option value="">{t("inbox.allNumbers")}</option>
            {sessions.map((session) => (
              <option key={session.id} value={session.id}>
                {session.name}
              </option>
            ))}
          </SelectField>
        )}
      </div>
    </div>
  );
}

function WordsField({ value, onChange }: { value: string; onChange: (q: string) => void }) {
  const { t } = useTranslation();
  const { text, setText, settle } = useSettledText(value, onChange);
  return (
    <div className="relative">
      <Glass
        aria-hidden
        className="pointer-events-none absolute start-3 top-3 size-4.5 text-ink-faint"
      />
      <input
        type="search"
        // biome-ignore lint/a11y/noAutofocus: whoever comes here comes to type.
        autoFocus
        value={text}
        maxLength={500}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") settle();
          if (event.key === "Escape") setText("");
        }}
        aria-label={t("search.words")}
        placeholder={t("search.words")}
        className={cn(inputClasses, "h-10.5 ps-10")}
      />
    </div>
  );
}
