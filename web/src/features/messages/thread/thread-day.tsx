import { Fragment, memo, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Message } from "@/lib/api/types";
import { dayLabel } from "@/lib/format";
import { useNow } from "@/lib/use-now";
import type { Day } from "./layout";
import { MessageRow } from "./message-row";
import { UNREAD_LINE } from "./use-opening";

/** A day farther from the view than this is only an empty box of the same height. */
const NEAR = "1500px 0px";

export interface DayProps {
  day: Day;
  contactName: string;
  byId: Map<string, Message>;
  retried: Set<string>;
  starred: ReadonlySet<string>;
  unreadFrom: string | null;
  unreadCount: number;
  highlighted: string | null;
  /** The day that somebody jumps into must be there, however far it is. */
  keep: boolean;
  onJump: (id: string) => void;
}

export const ThreadDay = memo(function ThreadDay(props: DayProps) {
  const { day, keep } = props;
  const now = useNow();
  const ref = useRef<HTMLElement>(null);
  const { near, height } = useNearness(ref, keep);
  return (
    <section ref={ref} aria-label={dayLabel(day.at, now)} style={near ? undefined : { height }}>
      {near && <DayContent {...props} />}
    </section>
  );
});

function DayContent(props: DayProps) {
  const { day, contactName, byId, retried, starred } = props;
  const { unreadFrom, unreadCount, highlighted, onJump } = props;
  const { t } = useTranslation();
  return (
    <>
      {/* Above what is read it stands while somebody scrolls, and no longer: it covers words. */}
      <div
        aria-hidden
        className="pointer-events-none sticky top-2 z-2 -mb-6 flex h-6 justify-center opacity-0 transition-opacity duration-300 group-data-scrolling/thread:opacity-100"
      >
        <DayLabel at={day.at} />
      </div>
      <div className="flex h-9 items-end justify-center pb-1">
        <DayLabel at={day.at} />
      </div>
      {day.lines.map(({ message, first }) => (
        <Fragment key={message.client_key ?? message.id}>
          {message.id === unreadFrom && (
            <div
              id={UNREAD_LINE}
              className="mx-4 mt-3 flex items-center gap-3 text-xs font-semibold text-tide-strong before:h-px before:flex-1 before:bg-tide-line after:h-px after:flex-1 after:bg-tide-line"
            >
              {t("message.newBelow", { count: unreadCount })}
            </div>
          )}
          <MessageRow
            message={message}
            first={first}
            contactName={contactName}
            quotedType={byId.get(message.reply_to?.id ?? "")?.type}
            quotedAuthor={byId.get(message.reply_to?.id ?? "")?.author}
            retried={retried.has(message.id)}
            starred={starred.has(message.id)}
            highlighted={highlighted === message.id}
            onJump={onJump}
          />
        </Fragment>
      ))}
    </>
  );
}

function DayLabel({ at }: { at: string }) {
  const now = useNow();
  return (
    <span className="h-5.5 rounded-full border border-line bg-panel/95 px-3 py-0.5 text-2xs font-medium text-ink-soft shadow-lift">
      {dayLabel(at, now)}
    </span>
  );
}

/** Whether a day is near the view, and how high it was when it last was. */
function useNearness(ref: React.RefObject<HTMLElement | null>, keep: boolean) {
  const [near, setNear] = useState(true);
  const height = useRef(0);
  useEffect(() => {
    const section = ref.current;
    if (!section || typeof IntersectionObserver === "undefined") return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (!entry) return;
        if (!entry.isIntersecting) height.current = section.offsetHeight;
        setNear(entry.isIntersecting);
      },
      { root: section.closest("[data-testid=thread]"), rootMargin: NEAR },
    );
    observer.observe(section);
    return () => observer.disconnect();
  }, [ref]);
  return { near: near || keep, height: height.current };
}
