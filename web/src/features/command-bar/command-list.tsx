import { Check, ChevronRight } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { KeyCaps } from "@/components/ui/key-caps";
import { cn } from "@/lib/classes";
import type { Item } from "./command";

interface ListProps {
  ids: string;
  label: string;
  items: Item[];
  /** The line that the keys are on. */
  at: number;
  /** Whether the groups are named. */
  headed: boolean;
  onPoint: (index: number) => void;
  onChoose: (item: Item) => void;
}

export function optionId(ids: string, index: number): string {
  return `${ids}-${index}`;
}

/** What there is to choose from; the field above keeps the focus. */
export function CommandList(props: ListProps) {
  const { ids, label, items, at, headed } = props;
  const list = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list is seen from its line, too.
  useEffect(() => {
    const line = document.getElementById(optionId(ids, at));
    // With its heading, where it is the first of all.
    if (at === 0 && list.current) list.current.scrollTop = 0;
    else line?.scrollIntoView({ block: "nearest" });
  }, [ids, at, items.length]);
  return (
    <div
      ref={list}
      id={`${ids}-list`}
      role="listbox"
      aria-label={label}
      className={cn("min-h-0 overflow-y-auto", items.length > 0 && "p-1.5")}
    >
      {headed
        ? groupsOf(items).map(({ group, first, members }) => (
            <Headed key={group} id={`${ids}-${group}`} group={group}>
              {members.map((item, index) => (
                <Option key={item.id} {...props} item={item} index={first + index} />
              ))}
            </Headed>
          ))
        : items.map((item, index) => <Option key={item.id} {...props} item={item} index={index} />)}
    </div>
  );
}

function groupsOf(items: Item[]) {
  const groups: { group: Item["group"]; first: number; members: Item[] }[] = [];
  for (const [index, item] of items.entries()) {
    const last = groups.at(-1);
    if (last?.group === item.group) last.members.push(item);
    else groups.push({ group: item.group, first: index, members: [item] });
  }
  return groups;
}

interface HeadedProps {
  id: string;
  group: Item["group"];
  children: ReactNode;
}

function Headed({ id, group, children }: HeadedProps) {
  const { t } = useTranslation();
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is no part of a listbox.
    <div role="group" aria-labelledby={id}>
      <div id={id} role="presentation" className="px-2.5 pt-2 pb-1 text-xs text-ink-faint">
        {t(`commandBar.group.${group}`)}
      </div>
      {children}
    </div>
  );
}

interface OptionProps extends ListProps {
  item: Item;
  index: number;
}

function Option({ ids, item, index, at, onPoint, onChoose }: OptionProps) {
  const { name, path, detail, mark, checked, keys, choices } = item;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are for the field, which keeps the focus.
    <div
      id={optionId(ids, index)}
      role="option"
      tabIndex={-1}
      aria-selected={index === at}
      aria-checked={checked}
      onPointerMove={() => {
        if (index !== at) onPoint(index);
      }}
      // The field keeps the focus.
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => onChoose(item)}
      className={cn(
        "flex h-9.5 cursor-pointer items-center gap-2.5 rounded-lg px-2.5 max-md:h-11",
        index === at && "bg-sunken",
        checked && "font-medium text-tide-strong",
      )}
    >
      <span className="grid size-5.5 shrink-0 place-items-center text-ink-faint">{mark}</span>
      <span className="min-w-0 truncate">
        {path && <span className="font-normal text-ink-faint">{path} › </span>}
        <bdi>{name}</bdi>
      </span>
      <span className="min-w-0 flex-1 truncate text-xs font-normal text-ink-faint">{detail}</span>
      {keys && <KeyCaps keys={keys} className="max-md:hidden" />}
      {checked && <Check aria-hidden className="size-4 shrink-0" />}
      {choices && (
        <ChevronRight aria-hidden className="size-4 shrink-0 text-ink-faint rtl:-scale-x-100" />
      )}
    </div>
  );
}
