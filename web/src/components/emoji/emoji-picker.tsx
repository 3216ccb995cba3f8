import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { inputClasses } from "@/components/ui/field";
import { cn } from "@/lib/classes";
import { type Emoji, findEmoji, GROUPS } from "./emoji-data";

const RECENT = "recent-emoji";
const MAX_RECENT = 16;

function readRecent(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(RECENT) ?? "[]");
    return Array.isArray(kept) ? kept.filter((entry) => typeof entry === "string") : [];
  } catch {
    return [];
  }
}

export function EmojiPicker({ onPick }: { onPick: (emoji: string) => void }) {
  const { t } = useTranslation();
  const [query, setQuery] = useState("");
  const [recent] = useState(readRecent);
  const pick = (emoji: string) => {
    const next = [emoji, ...recent.filter((other) => other !== emoji)].slice(0, MAX_RECENT);
    localStorage.setItem(RECENT, JSON.stringify(next));
    onPick(emoji);
  };
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // It came later than the popover, which has the focus meanwhile.
    if (document.activeElement?.matches("[role=dialog]")) field.current?.focus();
  }, []);
  const found = query.trim() ? findEmoji(query) : null;
  return (
    <div className="flex h-80 w-[19.5rem] max-w-[calc(100vw-1rem)] flex-col">
      <div className="p-2.5 pb-1.5">
        <input
          ref={field}
          type="search"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          aria-label={t("emoji.search")}
          placeholder={t("emoji.search")}
          className={cn(inputClasses, "h-9")}
        />
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-2.5 pb-2.5">
        {found ? (
          <Grid name={t("emoji.found")} emoji={found} onPick={pick} />
        ) : (
          <>
            {recent.length > 0 && (
              <Grid
                name={t("emoji.recent")}
                emoji={recent.map((emoji) => ({ emoji, words: "" }))}
                onPick={pick}
              />
            )}
            {GROUPS.map((group) => (
              <Grid
                key={group.name}
                name={t(`emoji.${group.name}`)}
                emoji={group.emoji}
                onPick={pick}
              />
            ))}
          </>
        )}
        {found?.length === 0 && <p className="py-6 text-center text-ink-soft">{t("emoji.none")}</p>}
      </div>
    </div>
  );
}

interface GridProps {
  name: string;
  emoji: Emoji[];
  onPick: (emoji: string) => void;
}

function Grid({ name, emoji, onPick }: GridProps) {
  if (emoji.length === 0) return null;
  return (
    <section aria-label={name}>
      <h3 className="sticky top-0 bg-raised py-1 text-2xs font-medium text-ink-faint">{name}</h3>
      <div className="grid grid-cols-8">
        {emoji.map((entry) => (
          <button
            key={entry.emoji}
            type="button"
            title={entry.words.split(" ")[0]}
            aria-label={`${entry.emoji} ${entry.words}`.trim()}
            onClick={() => onPick(entry.emoji)}
            className="grid aspect-square place-items-center rounded-lg text-xl hover:bg-sunken"
          >
            {entry.emoji}
          </button>
        ))}
      </div>
    </section>
  );
}
