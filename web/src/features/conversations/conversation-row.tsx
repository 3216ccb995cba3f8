import type { TFunction } from "i18next";
import { Clock, Lock, PenLine } from "lucide-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Avatar } from "@/components/ui/avatar";
import { Chip } from "@/components/ui/chip";
import type { Conversation, Tag } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { contactName, duration, rowTime } from "@/lib/format";
import { useLogin } from "@/lib/session-user";
import { useNow } from "@/lib/use-now";
import { type WindowState, windowState } from "@/lib/window";
import { AssigneeMark } from "./assignee-mark";
import { useSelection } from "./bulk/selection";
import { LastLine } from "./last-line";
import { PriorityMark } from "./priority-mark";
import { RowFacts } from "./row-facts";
import { isUnseen } from "./seen";

interface RowProps {
  row: Conversation;
  selected: boolean;
  /** The query part of the address: the filters stay when a conversation is opened. */
  search: string;
  /** The number's name, when there are several. */
  number: string | null;
  /** Whether the list mixes statuses, so that each row must say its own. */
  showStatus: boolean;
  /** Whether the list mixes assignees. */
  showAssignee: boolean;
  /** Whether the list mixes teams. */
  showTeam: boolean;
  /** All tags by their ids. */
  tags: ReadonlyMap<string, Tag>;
  /** Whether something was begun there and not sent. */
  drafted?: boolean;
}

/** Its parts get `t` from it: asked for in each of them it is what takes longest while a long list is scrolled. */
export const ConversationRow = memo(function ConversationRow(props: RowProps) {
  const { row, selected, search, number, showStatus, showAssignee, showTeam, tags, drafted } =
    props;
  const { t } = useTranslation();
  const now = useNow();
  const me = useLogin((login) => login.user?.id);
  const chosen = useSelection(({ rows }) => rows.has(row.id));
  const selecting = useSelection(({ on }) => on);
  const name = contactName(row.contact);
  const window = windowState(row.window_expires_at, now);
  const at = row.last_message?.at ?? row.updated_at;
  const unseen = isUnseen(row);
  return (
    <Link
      to={{ pathname: `/inbox/${row.id}`, search }}
      data-testid="conversation-row"
      data-id={row.id}
      aria-current={selected ? "page" : undefined}
      {...(selecting && { role: "checkbox", "aria-checked": chosen })}
      className={cn(
        "group mx-1.5 flex h-18.5 items-center gap-3 rounded-xl px-2.5 transition-colors -outline-offset-2",
        selected || chosen ? "bg-tide-soft" : "hover:bg-sunken",
      )}
    >
      <Avatar
        id={row.contact.id}
        name={name}
        size={40}
        windowLeft={window.share}
        urgent={window.state === "closing"}
      />
      <span className="min-w-0 flex-1">
        <span className="flex items-baseline gap-2">
          <span className={cn("flex min-w-0 grow", unseen ? "font-semibold" : "font-medium")}>
            <bdi className="truncate">{name}</bdi>
          </span>
          <PriorityMark t={t} priority={row.priority} />
          {number && (
            <span className="min-w-10 shrink-3 truncate text-2xs text-ink-faint">{number}</span>
          )}
          <time
            dateTime={at}
            className={cn(
              "shrink-0 text-2xs tabular-nums",
              unseen ? "font-semibold text-tide" : "text-ink-faint",
            )}
          >
            {rowTime(at, now)}
          </time>
        </span>
        <span className="mt-0.5 flex h-5 items-center gap-1.5">
          {drafted && (
            <span className="flex shrink-0 items-center gap-1 text-2xs font-semibold text-tide-strong">
              <PenLine aria-hidden className="size-3" />
              {t("conversation.draft")}
            </span>
          )}
          <LastLine t={t} row={row} strong={unseen} />
          <WindowChip t={t} window={window} />
          {showAssignee && row.assignee && <AssigneeMark t={t} user={row.assignee} />}
          {unseen && <UnseenMark t={t} count={row.unread} />}
        </span>
        <RowFacts
          t={t}
          row={row}
          now={now}
          tags={tags}
          showStatus={showStatus}
          showTeam={showTeam}
          me={me}
        />
      </span>
    </Link>
  );
});

/** How many messages nobody has read; a dot where others have, or one marked it so. */
function UnseenMark({ t, count }: { t: TFunction; count: number }) {
  if (count === 0) {
    return (
      <span className="mx-1 size-2.5 shrink-0 rounded-full bg-tide">
        <span className="sr-only">{t("conversation.unseen")}</span>
      </span>
    );
  }
  return (
    <span className="grid h-5 min-w-5 shrink-0 place-items-center rounded-full bg-tide px-1.5 text-2xs font-bold tabular-nums text-on-tide">
      <span aria-hidden>{count > 99 ? "99+" : count}</span>
      <span className="sr-only">{t("conversation.unread", { count })}</span>
    </span>
  );
}

function WindowChip({ t, window }: { t: TFunction; window: WindowState }) {
  if (window.state === "closing") {
    return (
      <Chip look="ember" icon={Clock} title={t("window.closingTip")}>
        <span className="sr-only">{t("window.closingTip")}: </span>
        <span>{duration(window.leftMs)}</span>
      </Chip>
    );
  }
  if (window.state === "closed") {
    return (
      <Chip icon={Lock} title={t("window.closedTip")}>
        <span className="sr-only">{t("window.closedTip")}</span>
        <span aria-hidden>{t("window.closedShort")}</span>
      </Chip>
    );
  }
  return null;
}
