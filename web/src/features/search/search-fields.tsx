import { Search as Glass, ListFilter } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { inputClasses, SelectField, TextField } from "@/components/ui/field";
import { IconButton } from "@/components/ui/icon-button";
import type { Session, UserView } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { useNarrow } from "@/lib/use-narrow";
import { useSettledText } from "@/lib/use-settled-text";
import { DIRECTIONS } from "./queries";
import { isFiltered, type Search } from "./use-search";

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
  /** The way from the words to what was found. */
  onDown: () => void;
}

/** What to look for, and where; on a phone the filters open when somebody wants them. */
export function SearchFields({ onDown, ...props }: SearchFieldsProps) {
  const { t } = useTranslation();
  const { search, change } = props;
  const id = useId();
  const narrow = useNarrow();
  const filtered = isFiltered(search);
  const [open, setOpen] = useState(filtered);
  return (
    // biome-ignore lint/a11y/useSemanticElements: browsers of two years ago do not know the element.
    <div role="search" className="grid gap-3">
      <div className="flex items-center gap-1.5">
        <WordsField value={search.q} onChange={(q) => change({ q })} onDown={onDown} />
        {narrow && (
          <IconButton
            icon={ListFilter}
            label={t("inbox.filters")}
            active={filtered}
            aria-expanded={open}
            aria-controls={id}
            onClick={() => setOpen(!open)}
          />
        )}
      </div>
      <div id={id} hidden={narrow && !open}>
        <Filters {...props} />
      </div>
    </div>
  );
}

type FiltersProps = Omit<SearchFieldsProps, "onDown">;

function Filters({ search, change, users, sessions }: FiltersProps) {
  const { t } = useTranslation();
  const severalNumbers = sessions.length > 1 || search.session !== "";
  return (
    <div
      className={cn("grid grid-cols-2 gap-3", severalNumbers ? "md:grid-cols-5" : "md:grid-cols-4")}
    >
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
        {users.length > 0 && (
          <optgroup label={t("transfer.colleagues")}>
            {users.map((user) => (
              <option key={user.id} value={user.id}>
                {user.name}
              </option>
            ))}
          </optgroup>
        )}
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
      {severalNumbers && (
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
  );
}

interface WordsFieldProps {
  value: string;
  onChange: (q: string) => void;
  onDown: () => void;
}

function WordsField({ value, onChange, onDown }: WordsFieldProps) {
  const { t } = useTranslation();
  const { text, setText, settle } = useSettledText(value, onChange);
  return (
    <div className="relative min-w-0 flex-1">
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
          // What chooses a word that is being composed is meant for nobody else.
          if (event.nativeEvent.isComposing) return;
          if (event.key === "Enter") settle();
          else if (event.key === "Escape") setText("");
          else if (event.key === "ArrowDown") onDown();
          else return;
          event.preventDefault();
        }}
        aria-label={t("search.words")}
        placeholder={t("search.words")}
        className={cn(inputClasses, "h-10.5 ps-10")}
      />
    </div>
  );
}
