import type { TFunction } from "i18next";
import { AlarmClock, HandHelping, Hourglass, Users } from "lucide-react";
import { TagChip } from "@/components/tag-chip";
import { Chip } from "@/components/ui/chip";
import type { Conversation, Tag } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { fullTime, listOf, soonTime, span } from "@/lib/format";
import { isOffered } from "./offers";
import { AcceptWithin } from "./reserved-bar";
import { isAboutAnswer, mostPressing } from "./sla";
import { SlaCountdown } from "./sla-countdown";

/** From here on, somebody waits for too long. */
export const LONG_WAIT_MS = 15 * 60_000;
/** More of them would hide each other. */
const MAX_TAGS = 2;
const MINUTE_MS = 60_000;

interface RowFactsProps {
  t: TFunction;
  row: Conversation;
  now: number;
  tags: ReadonlyMap<string, Tag>;
  showStatus: boolean;
  showTeam: boolean;
  /** Who is logged in. */
  me: string | undefined;
}

/** The last line of a row: what presses, how long somebody waits, where it stands, whose team it is and what it is about. */
export function RowFacts({ t, row, now, tags, showStatus, showTeam, me }: RowFactsProps) {
  const known = row.tags.flatMap((id) => tags.get(id) ?? []);
  const more = known.slice(MAX_TAGS);
  const states = row.status !== "open" && (showStatus || row.status === "snoozed");
  const team = showTeam ? row.team : null;
  const offered = isOffered(row, me);
  const pressing = mostPressing(row);
  const waits = row.waiting_since && !isAboutAnswer(pressing) ? row.waiting_since : null;
  if (!pressing && !waits && !offered && !states && !team && known.length === 0) return null;
  const names = listOf(more.map(({ name }) => name));
  return (
    <span className="mt-0.5 flex h-4.5 items-center gap-1.5 overflow-hidden">
      {offered && (
        <Chip look="ember" icon={HandHelping} className="h-4.5">
          <AcceptWithin until={offered} short />
        </Chip>
      )}
      {pressing && <SlaCountdown t={t} mark={pressing} />}
      {row.status === "snoozed" ? (
        <Snoozed t={t} row={row} now={now} />
      ) : (
        waits && <Waiting t={t} since={waits} now={now} />
      )}
      {states && row.status !== "snoozed" && <Chip>{t(`conversation.${row.status}`)}</Chip>}
      {team && (
        <span className="flex min-w-6 shrink-2 items-center gap-1 text-2xs text-ink-soft">
          <Users aria-hidden className="size-3 shrink-0" />
          <span className="sr-only">{t("care.team")}: </span>
          <bdi className="truncate" title={team.name}>
            {team.name}
          </bdi>
        </span>
      )}
      {known.slice(0, MAX_TAGS).map((tag) => (
        <TagChip key={tag.id} tag={tag} />
      ))}
      {more.length > 0 && (
        <span title={names} className="shrink-0 text-2xs font-medium text-ink-soft tabular-nums">
          <bdi aria-hidden>+{more.length}</bdi>
          <span className="sr-only">{t("care.moreTags", { count: more.length, names })}</span>
        </span>
      )}
    </span>
  );
}

interface WaitingProps {
  t: TFunction;
  since: string;
  now: number;
}

/** Calm at first; a colour when it takes too long. */
export function Waiting({ t, since, now }: WaitingProps) {
  const ms = now - Date.parse(since);
  return (
    <span
      title={t("care.waitsSince", { at: fullTime(since) })}
      className={cn(
        "flex shrink-0 items-center gap-1 text-2xs tabular-nums",
        ms >= LONG_WAIT_MS ? "font-semibold text-ember-ink" : "text-ink-faint",
      )}
    >
      <Hourglass aria-hidden className="size-3" />
      {ms < MINUTE_MS ? t("care.waitsNow") : t("care.waits", { time: span(ms) })}
    </span>
  );
}

function Snoozed({ t, row, now }: Pick<RowFactsProps, "t" | "row" | "now">) {
  const at = row.snoozed_until && soonTime(row.snoozed_until, now);
  const text = at ? t("care.snoozedUntil", { at }) : t("care.snoozedUntilWrites");
  return (
    <Chip look="tide" icon={AlarmClock} title={text} className="h-4.5">
      <span className="sr-only">{text}</span>
      <span aria-hidden>{at ?? t("conversation.snoozed")}</span>
    </Chip>
  );
}
