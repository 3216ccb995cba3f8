import { StickyNote } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Avatar } from "@/components/ui/avatar";
import type { Hit } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { contactName, fullTime, rowTime } from "@/lib/format";
import { useNow } from "@/lib/use-now";

interface HitRowProps {
  hit: Hit;
  /** The number's name, when there are several. */
  number: string | undefined;
}

/** What was found: leads to the message in its conversation. */
export function HitRow({ hit, number }: HitRowProps) {
  const { t } = useTranslation();
  const now = useNow();
  const { message, contact } = hit;
  const isNote = message.direction === "note";
  const author = message.direction === "inbound" ? null : message.author?.name;
  // The same text may stand there twice: only its place tells two pieces apart.
  const pieces = hit.excerpt.map((piece, place) => ({ ...piece, place }));
  return (
    <Link
      to={{ pathname: `/inbox/${message.conversation_id}`, hash: message.id }}
      data-testid="search-hit"
      className="flex items-start gap-3 px-4 py-3 -outline-offset-2 hover:bg-sunken"
    >
      <Avatar id={contact.id} name={contactName(contact)} size={36} className="mt-0.5" />
      <span className="min-w-0 flex-1">
        <span className="flex items-baseline gap-2">
          <span className="min-w-0 grow truncate font-medium">
            <bdi>{contactName(contact)}</bdi>
          </span>
          {number && (
            <span className="min-w-10 shrink-3 truncate text-2xs text-ink-faint">{number}</span>
          )}
          <time
            dateTime={message.created_at}
            title={fullTime(message.created_at)}
            className="shrink-0 text-2xs tabular-nums text-ink-faint"
          >
            {rowTime(message.created_at, now)}
          </time>
        </span>
        <span
          className={cn(
            "line-clamp-3 text-sm text-ink-soft [overflow-wrap:anywhere]",
            isNote && "text-note-ink",
          )}
        >
          {isNote && (
            <>
              <StickyNote aria-hidden className="me-1 inline size-3.5 align-[-2px]" />
              <span className="sr-only">{t("search.note")} </span>
            </>
          )}
          {author && <span className="text-ink">{t("search.by", { name: author })} </span>}
          <bdi>
            {pieces.map(({ place, text, hit: marked }) =>
              marked ? (
                <mark key={place} className="rounded-sm bg-ember-soft font-medium text-ember-ink">
                  {text}
                </mark>
              ) : (
                <span key={place}>{text}</span>
              ),
            )}
          </bdi>
        </span>
      </span>
    </Link>
  );
}
