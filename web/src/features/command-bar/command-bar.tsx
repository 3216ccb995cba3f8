import { ArrowLeft, Search } from "lucide-react";
import { type KeyboardEvent, useId, useLayoutEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/ui/icon-button";
import type { Item, TopCommand } from "./command";
import { CommandList, optionId } from "./command-list";
import { shortName } from "./items";
import { rememberCommand } from "./recent";
import { useLevels } from "./use-levels";

interface CommandBarProps {
  commands: TopCommand[];
  /** What the hub found for the words of `onWanted`. */
  found: TopCommand[];
  /** The hub is still looking. */
  searching: boolean;
  /** What stands in the field when it comes. */
  early: string;
  onWanted: (text: string) => void;
  /** Closes the bar and then does it. */
  onRun: (run: () => void) => void;
}

/** One field and a list: whatever can be done, by its name. */
export function CommandBar(props: CommandBarProps) {
  const { commands, found, searching, early, onWanted, onRun } = props;
  const { t } = useTranslation();
  const ids = useId();
  const field = useRef<HTMLInputElement>(null);
  const levels = useLevels(commands, found, early);
  const { level, wanted, items, at } = levels;
  // Before a next letter can come.
  useLayoutEffect(() => {
    const input = field.current;
    // When it comes later than its dialog, which else does this after it has noted where the focus was.
    if (!input?.closest("dialog")?.open) return;
    input.focus();
    input.setSelectionRange(input.value.length, input.value.length);
  }, []);
  const leave = () => {
    levels.leave();
    field.current?.focus();
  };
  const choose = (item: Item | undefined) => {
    if (!item) return;
    if (item.choices) {
      levels.enter(item);
      onWanted("");
      field.current?.focus();
    } else if (item.run) {
      rememberCommand(item.id);
      onRun(item.run);
    }
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    // What confirms a word that is being composed is no command.
    if (event.nativeEvent.isComposing || event.shiftKey || event.altKey) return;
    const last = items.length - 1;
    if (event.key === "ArrowDown") levels.point(at === last ? 0 : at + 1);
    else if (event.key === "ArrowUp") levels.point(at === 0 ? last : at - 1);
    else if (event.key === "Home") levels.point(0);
    else if (event.key === "End") levels.point(last);
    else if (event.key === "Enter") choose(items[at]);
    else if (event.key === "Backspace" && level && wanted === "") leave();
    else return;
    event.preventDefault();
  };
  const label = level ? shortName(level) : t("commandBar.label");
  return (
    <div className="flex max-h-[min(28rem,calc(100dvh-1rem))] flex-col">
      <div className="flex h-13 shrink-0 items-center gap-2 border-b px-2">
        {level ? (
          <IconButton
            small
            icon={ArrowLeft}
            label={t("common.back")}
            onClick={leave}
            className="rtl:-scale-x-100"
          />
        ) : (
          <Search aria-hidden className="mx-2 size-4 shrink-0 text-ink-faint" />
        )}
        <input
          ref={field}
          role="combobox"
          aria-expanded
          aria-controls={`${ids}-list`}
          aria-autocomplete="list"
          aria-activedescendant={items[at] ? optionId(ids, at) : undefined}
          aria-label={label}
          placeholder={label}
          autoComplete="off"
          spellCheck={false}
          value={wanted}
          onChange={(event) => {
            levels.type(event.target.value);
            if (!level) onWanted(event.target.value);
          }}
          onKeyDown={onKeyDown}
          className="h-full min-w-0 flex-1 bg-transparent text-lg text-ink outline-none placeholder:text-ink-faint"
        />
        <kbd
          aria-hidden
          className="me-2 rounded-md border px-1.5 py-0.5 font-mono text-2xs text-ink-faint max-md:hidden"
        >
          Esc
        </kbd>
      </div>
      <CommandList
        ids={ids}
        label={label}
        items={items}
        at={at}
        headed={!level}
        onPoint={levels.point}
        onChoose={choose}
      />
      <Standing count={items.length} level={level} searching={searching && !level} />
    </div>
  );
}

interface StandingProps {
  count: number;
  level: TopCommand | null;
  searching: boolean;
}

/** How much there is to choose from; written only where there is nothing. */
function Standing({ count, level, searching }: StandingProps) {
  const { t } = useTranslation();
  const none = level?.choices?.length === 0 && level.empty ? level.empty : t("inbox.nothingFound");
  const nothing = searching ? t("commandBar.searching") : none;
  return (
    <div role="status" className={count > 0 ? "sr-only" : "px-4 py-5 text-ink-soft"}>
      {count > 0 ? t("commandBar.found", { count }) : nothing}
    </div>
  );
}
