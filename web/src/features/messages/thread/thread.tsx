import { ArrowDown, MessagesSquare } from "lucide-react";
import { startTransition, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty, LoadProblem, Spinner } from "@/components/ui/states";
import { useTopic } from "@/lib/connection";
import { messagesOf } from "../events";
import { unconfirmed, useOutbox } from "../outbox";
import { useThread } from "../queries";
import { useStarredIds } from "../stars/queries";
import { countUnseen, daysOf, tailOf } from "./layout";
import { ParcelRow } from "./parcel-row";
import { ThreadDay } from "./thread-day";
import { useJump } from "./use-jump";
import { useOpening, wasLeftAbove } from "./use-opening";
import { type ToSee, useLookedAt, useSeen } from "./use-seen";
import { useThreadScroll } from "./use-thread-scroll";
import { useUnreadMark } from "./use-unread-mark";

interface ThreadProps {
  conversationId: string;
  contactName: string;
  toSee: ToSee;
  onSeen: () => void;
  /** A message to go to; another object means once more. */
  target?: { id: string } | null;
}

/** The messages of a conversation. Give it the conversation's id as `key`. */
export function Thread({ conversationId, contactName, toSee, onSeen, target }: ThreadProps) {
  const { t } = useTranslation();
  // Before the query: what happens between the two comes as an event.
  useTopic(`conversation:${conversationId}`);
  const thread = useThread(conversationId);
  const { hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = thread;
  const messages = useMemo(() => messagesOf(thread.data), [thread.data]);
  const parcels = useOutbox((outbox) => outbox.parcels);
  const waiting = useMemo(
    () => unconfirmed(parcels, conversationId, messages),
    [parcels, conversationId, messages],
  );
  const days = useMemo(() => daysOf(messages), [messages]);
  const starred = useStarredIds(conversationId);
  const { byId, retried } = useMemo(() => indexOf(messages), [messages]);

  const scroller = useRef<HTMLDivElement>(null);
  const loadOlder = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  const newest = waiting.at(-1)?.key ?? messages.at(-1)?.id ?? null;
  const { atEnd, onScroll, hands, toEnd } = useThreadScroll(
    scroller,
    conversationId,
    newest,
    loadOlder,
  );
  const { jump, highlighted, kept } = useJump(days, byId, loadOlder, hasNextPage);
  const reading = useLookedAt() && atEnd;
  const fresh = thread.isSuccess && (!isFetching || thread.isFetchingNextPage);
  const unread = countUnseen(messages, toSee);
  const unreadMark = useUnreadMark(messages, unread, fresh, reading);
  const opening = { conversationId, newest, unreadFrom: unreadMark.id, fresh, onScroll };
  const placed = useOpening(scroller, opening);
  // Where its end is seen first, that is painted first; what is above it follows at once.
  const [whole, setWhole] = useState(Boolean(target) || unread > 0 || wasLeftAbove(conversationId));
  useEffect(() => startTransition(() => setWhole(true)), []);
  const shownDays = whole ? days : tailOf(days);
  useSeen(toSee, reading && placed, onSeen);
  useEffect(() => {
    if (target && placed) jump(target.id);
  }, [target, placed, jump]);

  const parcelCount = waiting.length;
  useEffect(() => {
    if (parcelCount > 0) toEnd();
  }, [parcelCount, toEnd]);

  if (thread.isPending) return <Spinner className="flex-1" />;
  if (thread.isError && messages.length === 0) {
    return <LoadProblem error={thread.error} onRetry={() => thread.refetch()} />;
  }
  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={scroller}
        data-testid="thread"
        onScroll={onScroll}
        {...hands}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroller must be reachable by keyboard.
        tabIndex={0}
        role="log"
        aria-label={t("thread.label", { name: contactName })}
        className="group/thread flex h-full flex-col-reverse overflow-y-auto overscroll-contain -outline-offset-2 [overflow-anchor:none]"
      >
        <div className="mx-auto w-full max-w-4xl pb-3">
          {isFetchNextPageError && !isFetching ? (
            <LoadProblem error={thread.error} onRetry={loadOlder} />
          ) : (
            hasNextPage && <Spinner className={isFetching ? "" : "invisible"} />
          )}
          {days.length === 0 && waiting.length === 0 && (
            <Empty icon={MessagesSquare} title={t("thread.empty")} />
          )}
          {shownDays.map((day) => (
            <ThreadDay
              key={day.key}
              day={day}
              contactName={contactName}
              byId={byId}
              retried={retried}
              starred={starred}
              unreadFrom={unreadMark.id}
              unreadCount={unreadMark.count}
              highlighted={highlighted}
              keep={kept === day.key}
              onJump={jump}
            />
          ))}
          {waiting.map((parcel) => (
            <ParcelRow key={parcel.key} parcel={parcel} contactName={contactName} />
          ))}
        </div>
      </div>
      {!atEnd && (
        <ToEnd
          unread={unread}
          onClick={() => {
            toEnd();
            scroller.current?.focus();
          }}
        />
      )}
    </div>
  );
}

function ToEnd({ unread, onClick }: { unread: number; onClick: () => void }) {
  const { t } = useTranslation();
  return (
    <button
      type="button"
      onClick={onClick}
      className="absolute end-4 bottom-3 z-3 flex h-10 animate-rise items-center gap-2 rounded-full bg-tide px-3.5 text-sm font-semibold text-on-tide shadow-pop hover:bg-tide-strong"
    >
      {unread > 0 ? t("thread.newMessages", { count: unread }) : t("thread.toEnd")}
      <ArrowDown aria-hidden className="size-4" />
    </button>
  );
}

function indexOf(messages: ReturnType<typeof messagesOf>) {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const retried = new Set(
    messages.flatMap(({ client_key: key }) => (key?.startsWith("retry:") ? key.slice(6) : [])),
  );
  return { byId, retried };
}
