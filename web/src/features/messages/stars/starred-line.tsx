import { Star, StickyNote } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router";
import { KindIcon, namedKind } from "@/components/message-kind";
import { Avatar } from "@/components/ui/avatar";
import { IconButton } from "@/components/ui/icon-button";
import type { Message, Starred } from "@/lib/api/types";
import { contactName, fullTime, rowTime } from "@/lib/format";
import { useNow } from "@/lib/use-now";
import { authorName } from "../author";
import { useStar } from "./queries";

interface StarredLineProps {
  starred: Starred;
  /** Among those of all conversations: whose it is stands above. */
  showContact?: boolean;
  /** The message is gone to. */
  onLeave?: (() => void) | undefined;
}

/** A starred message: leads to its place, and can lose its star. */
export function StarredLine({ starred, showContact, onLeave }: StarredLineProps) {
  const { t } = useTranslation();
  const now = useNow();
  const star = useStar();
  // The inbox keeps its filters.
  const { pathname, search } = useLocation();
  const { message, contact } = starred;
  const name = contactName(contact);
  const author =
    message.direction === "inbound" ? name : (authorName(message.author) ?? t("message.you"));
  return (
    <li data-testid="starred-line" className="flex items-start gap-1 pe-2 hover:bg-sunken">
      <Link
        to={{
          pathname: `/inbox/${message.conversation_id}`,
          search: pathname.startsWith("/inbox") ? search : "",
          hash: message.id,
        }}
        onClick={onLeave}
        className="flex min-w-0 flex-1 items-start gap-3 py-3 ps-4 -outline-offset-2"
      >
        {showContact && <Avatar id={contact.id} name={name} size={36} className="mt-0.5" />}
        <span className="min-w-0 flex-1">
          <span className="flex items-baseline gap-2">
            <span className="min-w-0 grow truncate font-medium">
              <bdi>{showContact ? name : author}</bdi>
            </span>
            <time
              dateTime={message.created_at}
              title={fullTime(message.created_at)}
              className="shrink-0 text-2xs tabular-nums text-ink-faint"
            >
              {rowTime(message.created_at, now)}
            </time>
          </span>
          <span className="line-clamp-3 text-sm text-ink-soft [overflow-wrap:anywhere]">
            {showContact && message.direction !== "inbound" && (
              <span className="text-ink">{t("star.by", { name: author })} </span>
            )}
            <Words message={message} />
          </span>
        </span>
      </Link>
      <IconButton
        small
        icon={Star}
        label={t("star.remove")}
        onClick={() => star.mutate({ message, starred: false })}
        className="mt-2 text-ember-ink [&_svg]:fill-current"
      />
    </li>
  );
}

/** What it says, and what it is. */
function Words({ message }: { message: Message }) {
  const { t } = useTranslation();
  if (message.revoked_at) return <i>{t("message.revoked")}</i>;
  const isNote = message.direction === "note";
  return (
    <>
      {isNote && (
        <StickyNote
          aria-label={t("message.note")}
          className="me-1 inline size-3.5 align-[-2px] text-note-ink"
        />
      )}
      <KindIcon kind={message.type} className="me-1 inline size-3.5 align-[-2px]" />
      <bdi>{message.text?.trim() || t(`kind.${namedKind(message.type)}`)}</bdi>
    </>
  );
}
