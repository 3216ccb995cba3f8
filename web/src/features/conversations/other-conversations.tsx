import { useId } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Conversation, Session } from "@/lib/api/types";
import { rowTime } from "@/lib/format";
import { useNow } from "@/lib/use-now";
import { useConversationsOf } from "./queries";

interface OthersProps {
  conversation: Conversation;
  sessions: Session[];
  /** The query part of the address: the inbox keeps its filters. */
  search: string;
  onOpen?: () => void;
}

/** What else the same person has with us, on whichever number; nothing where there is nothing. */
export function OtherConversations({ conversation, sessions, search, onOpen }: OthersProps) {
  const { t } = useTranslation();
  const titleId = useId();
  const now = useNow();
  const { data } = useConversationsOf(conversation.contact.id);
  const others = data?.filter(({ id }) => id !== conversation.id) ?? [];
  if (others.length === 0) return null;
  return (
    <section aria-labelledby={titleId} className="border-t pt-4">
      <h3 id={titleId} className="mb-1 text-xs text-ink-faint">
        {t("contact.others")}
      </h3>
      <ul className="-mx-2 grid">
        {others.map((row) => {
          const at = row.last_message?.at ?? row.updated_at;
          const number = sessions.find(({ id }) => id === row.session_id)?.name;
          return (
            <li key={row.id}>
              <Link
                to={{ pathname: `/inbox/${row.id}`, search }}
                onClick={onOpen}
                className="flex min-h-9 items-baseline gap-2 rounded-lg px-2 py-1.5 hover:bg-sunken"
              >
                <bdi className="min-w-0 flex-1 truncate">{number ?? t("contact.goneNumber")}</bdi>
                <span className="shrink-0 text-xs text-ink-soft">
                  {t(`conversation.${row.status}`)}
                </span>
                <time
                  dateTime={at}
                  className="min-w-12 shrink-0 text-end text-2xs text-ink-faint tabular-nums"
                >
                  {rowTime(at, now)}
                </time>
              </Link>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
