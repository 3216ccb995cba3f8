import { MessagesSquare } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useParams } from "react-router";
import { Empty } from "@/components/ui/states";
import { useAgentStates } from "@/features/agents/queries";
import { BulkDock } from "@/features/conversations/bulk/bulk-dock";
import { SelectButton } from "@/features/conversations/bulk/select-button";
import { useSelecting } from "@/features/conversations/bulk/selection";
import { ConversationList } from "@/features/conversations/conversation-list";
import { rowsOf } from "@/features/conversations/events";
import { FilterBar } from "@/features/conversations/filter-bar";
import { LateLine } from "@/features/conversations/late-line";
import { useConversationList } from "@/features/conversations/queries";
import { isUnseen } from "@/features/conversations/seen";
import { EVERYWHERE, useFilters } from "@/features/conversations/use-filters";
import { ViewMenu } from "@/features/conversations/views/view-menu";
import { useDrafted } from "@/features/messages/drafts";
import { useSessions } from "@/features/numbers/queries";
import { TakeNext } from "@/features/queues/take-next";
import { tagsQuery } from "@/features/tags/queries";
import { teamsQuery } from "@/features/teams/queries";
import { usersQuery } from "@/features/users/queries";
import type { Team } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { useFirstInput } from "@/lib/first-input";
import { useWhole } from "@/lib/paged-query";
import { useTitle } from "@/lib/use-title";
import { FirstSteps } from "./first-steps";
import { LazyView, loadView } from "./lazy-view";
import { NewConversation } from "./new-conversation";
import { SearchLink } from "./search-link";
import { useFocusOnReturn } from "./use-inbox-focus";
import { useInboxShortcuts } from "./use-inbox-shortcuts";
import { useNextForMe } from "./use-next-for-me";

const NO_TEAMS: Team[] = [];

/** The inbox: conversations, the thread, the contact. */
export function InboxRoute() {
  const { t } = useTranslation();
  const { conversationId } = useParams();
  const { search } = useLocation();
  const [filters, change] = useFilters();
  const sessions = useSessions();
  const users = useWhole(usersQuery);
  const teams = useWhole(teamsQuery);
  const tags = useWhole(tagsQuery);
  const states = useAgentStates(useSelecting());
  const tagsById = useMemo(() => new Map(tags.data?.map((tag) => [tag.id, tag])), [tags.data]);
  const drafted = useDrafted();
  const list = useConversationList(filters);
  const rows = useMemo(() => rowsOf(list.data, filters.sort), [list.data, filters.sort]);
  const unread = rows.filter(isUnseen).length;
  const next = useNextForMe(teams.data ?? NO_TEAMS, search);
  useInboxShortcuts(rows, conversationId ?? null, next.take);
  useFocusOnReturn(conversationId ?? null);
  // Before a row is reached, so that the first conversation opens at once as well.
  useFirstInput(loadView);
  useTitle(`${unread > 0 ? `(${unread}) ` : ""}${t("nav.inbox")}`);
  const found = t(list.hasNextPage ? "inbox.foundMore" : "inbox.found", { count: rows.length });
  // The page is about the conversation, once one is open.
  const Title = conversationId ? "h2" : "h1";
  const fresh = sessions.data?.length === 0;
  const choices = {
    sessions: sessions.data ?? [],
    users: users.data ?? [],
    teams: teams.data ?? [],
    tags: tags.data ?? [],
  };
  return (
    <main tabIndex={-1} className="flex min-h-0 flex-1 outline-none">
      <section
        aria-labelledby="inbox-title"
        className={cn(
          "flex min-h-0 w-full flex-col border-e bg-panel md:w-[21.5rem] md:shrink-0 xl:w-[23rem]",
          conversationId && "max-md:hidden",
        )}
      >
        <div className="flex items-center gap-1 ps-4 pe-3 pt-3 pb-1.5">
          <Title
            id="inbox-title"
            className="min-w-0 flex-1 truncate text-xl font-semibold tracking-tight"
          >
            {t("nav.inbox")}
          </Title>
          <div className="flex items-center gap-1">
            <TakeNext next={next} />
            <SelectButton />
            <SearchLink q="" />
            <NewConversation sessions={sessions.data ?? []} />
          </div>
        </div>
        <div className="flex px-2.5 pb-1.5">
          <ViewMenu filters={filters} change={change} choices={choices} />
        </div>
        <FilterBar filters={filters} change={change} {...choices} />
        {filters.q.trim() && <SearchLink q={filters.q} />}
        <p role="status" className="sr-only">
          {filters.q && !list.isPlaceholderData && list.isSuccess && found}
        </p>
        <BulkDock
          filters={filters}
          users={users.data ?? []}
          states={states}
          teams={teams.data ?? []}
          tags={tags.data ?? []}
        />
        <LateLine selected={conversationId ?? null} search={search} />
        <ConversationList
          filters={filters}
          selected={conversationId ?? null}
          search={search}
          sessions={sessions.data ?? []}
          tags={tagsById}
          drafted={drafted}
          onSearchAll={() => change(EVERYWHERE)}
        />
      </section>
      {conversationId ? (
        <LazyView
          key={conversationId}
          id={conversationId}
          search={search}
          sessions={sessions.data ?? []}
        />
      ) : (
        <div className="hidden min-w-0 flex-1 place-items-center md:grid">
          {fresh ? (
            <FirstSteps />
          ) : (
            <Empty icon={MessagesSquare} title={t("inbox.choose")} text={t("inbox.chooseHint")} />
          )}
        </div>
      )}
    </main>
  );
}
