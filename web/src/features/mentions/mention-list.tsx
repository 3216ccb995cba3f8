import { AtSign } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { PagedList } from "@/components/paged-list";
import { Avatar } from "@/components/ui/avatar";
import { Empty } from "@/components/ui/states";
import type { Mention } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { contactName, rowTime } from "@/lib/format";
import { useInboxSearch } from "@/lib/inbox-address";
import { usePaged } from "@/lib/paged-query";
import { useNow } from "@/lib/use-now";
import { mentionsQuery } from "./queries";

/** The notes that call oneself, newest first. */
export function MentionList({ onOpen }: { onOpen: () => void }) {
  const { t } = useTranslation();
  const list = usePaged(mentionsQuery);
  const none = <Empty icon={AtSign} title={t("mention.none")} text={t("mention.noneHint")} />;
  return (
    <PagedList list={list} empty={none}>
      {(mentions) => (
        <ul className="grid gap-0.5">
          {mentions.map((mention) => (
            <li key={mention.message.id}>
              <MentionLink mention={mention} onOpen={onOpen} />
            </li>
          ))}
        </ul>
      )}
    </PagedList>
  );
}

/** Leads to the note; the filters of the inbox stay as they are. */
function MentionLink({ mention, onOpen }: { mention: Mention; onOpen: () => void }) {
  const { t } = useTranslation();
  const now = useNow();
  const search = useInboxSearch();
  const { message, contact, seen_at: seenAt } = mention;
  const unseen = seenAt === null;
  const author = message.author?.name;
  return (
    <Link
      to={{
        pathname: `/inbox/${message.conversation_id}`,
        search,
        hash: message.id,
      }}
      data-testid="mention-row"
      data-unseen={unseen}
      onClick={onOpen}
      className="flex items-start gap-3 rounded-xl px-2.5 py-2 -outline-offset-2 hover:bg-sunken"
    >
      <Avatar id={message.author?.id ?? ""} name={author ?? ""} size={32} className="mt-0.5" />
      <span className="min-w-0 flex-1">
        <span className="flex items-baseline gap-2">
          <span className={cn("flex min-w-0 grow", unseen ? "font-semibold" : "font-medium")}>
            <bdi className="truncate">{contactName(contact)}</bdi>
          </span>
          <time
            dateTime={message.created_at}
            className="shrink-0 text-2xs tabular-nums text-ink-faint"
          >
            {rowTime(message.created_at, now)}
          </time>
        </span>
        <span className="line-clamp-2 text-sm text-ink-soft [overflow-wrap:anywhere]">
          {author && <span className="text-ink">{t("mention.by", { name: author })} </span>}
          <bdi>{message.text}</bdi>
        </span>
      </span>
      <span
        className={cn("mt-1.5 size-2 shrink-0 rounded-full", unseen ? "bg-tide" : "bg-transparent")}
      >
        {unseen && <span className="sr-only">{t("mention.unseenOne")}</span>}
      </span>
    </Link>
  );
}
