import { useTranslation } from "react-i18next";
import { Avatar } from "@/components/ui/avatar";
import type { Conversation } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { contactName } from "@/lib/format";
import { useNow } from "@/lib/use-now";
import { AssigneeMark } from "./assignee-mark";
import { LastLine } from "./last-line";
import { PriorityMark } from "./priority-mark";
import { Waiting } from "./row-facts";
import { isAboutAnswer, mostPressing } from "./sla";
import { SlaCountdown } from "./sla-countdown";

interface WatchListProps {
  label: string;
  rows: Conversation[];
  chosen: ReadonlySet<string>;
  onChoose: (chosen: ReadonlySet<string>) => void;
  onOpen: (row: Conversation) => void;
}

/** Conversations as a supervisor looks at them: to be read, or ticked to be moved. */
export function WatchList({ label, rows, chosen, onChoose, onOpen }: WatchListProps) {
  const { t } = useTranslation();
  const all = rows.length > 0 && rows.every((row) => chosen.has(row.id));
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    onChoose(next);
  };
  return (
    <>
      <label className="flex h-10 items-center gap-3 border-b px-4 text-sm text-ink-soft">
        <input
          type="checkbox"
          checked={all}
          onChange={() => onChoose(new Set(all ? [] : rows.map(({ id }) => id)))}
          className="size-4 accent-(--tide)"
        />
        {t("watch.all")}
      </label>
      <ul aria-label={label} className="divide-y">
        {rows.map((row) => (
          <WatchRow
            key={row.id}
            row={row}
            chosen={chosen.has(row.id)}
            onToggle={() => toggle(row.id)}
            onOpen={() => onOpen(row)}
          />
        ))}
      </ul>
    </>
  );
}

interface WatchRowProps {
  row: Conversation;
  chosen: boolean;
  onToggle: () => void;
  onOpen: () => void;
}

function WatchRow({ row, chosen, onToggle, onOpen }: WatchRowProps) {
  const { t } = useTranslation();
  const now = useNow();
  const name = contactName(row.contact);
  const pressing = mostPressing(row);
  return (
    <li
      data-testid="watch-row"
      data-id={row.id}
      className={cn("flex items-center gap-3 ps-4 hover:bg-sunken", chosen && "bg-tide-soft")}
    >
      <input
        type="checkbox"
        checked={chosen}
        onChange={onToggle}
        aria-label={t("watch.choose", { name })}
        className="size-4 shrink-0 accent-(--tide)"
      />
      <button
        type="button"
        onClick={onOpen}
        className="flex min-w-0 flex-1 items-center gap-3 py-2 pe-4 text-start -outline-offset-2"
      >
        <Avatar id={row.contact.id} name={name} size={34} />
        <span className="min-w-0 flex-1">
          <span className="flex items-center gap-2">
            <span className="min-w-0 grow truncate font-medium">
              <bdi>{name}</bdi>
            </span>
            <PriorityMark t={t} priority={row.priority} />
            {pressing && <SlaCountdown t={t} mark={pressing} />}
            {row.waiting_since && !isAboutAnswer(pressing) && (
              <Waiting t={t} since={row.waiting_since} now={now} />
            )}
          </span>
          <span className="flex h-5 items-center gap-1.5">
            <LastLine t={t} row={row} strong={false} />
            {row.assignee && <AssigneeMark t={t} user={row.assignee} />}
          </span>
        </span>
      </button>
    </li>
  );
}
