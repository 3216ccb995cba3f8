// Tells a person who looks elsewhere what happened to the conversations around them.

import type { QueryClient } from "@tanstack/react-query";
import { RowWatch } from "@/features/conversations/news";
import { teamsQuery } from "@/features/teams/queries";
import type { Conversation, Team } from "@/lib/api/types";
import { contactName } from "@/lib/format";
import i18n from "@/lib/i18n";
import { tell, useWantedNews } from "@/lib/notifications";
import { itemsOf } from "@/lib/pages";
import { useLogin } from "@/lib/session-user";

const rows = new RowWatch();

/** `before`: the row as the page had it; `open` goes to an address of the page. */
export function tellNews(
  client: QueryClient,
  row: Conversation,
  before: Conversation | undefined,
  open: (address: string) => void,
): void {
  const me = useLogin.getState().user?.id ?? "";
  const news = rows.note(row, before, me, teamsOf(client, me), Date.now());
  const address = `/inbox/${row.id}`;
  // Who looks at it sees it.
  const looksAtIt = document.visibilityState === "visible" && window.location.pathname === address;
  if (!news || looksAtIt) return;
  const name = contactName(row.contact);
  const title = news === "messages" ? name : i18n.t("notify.waitingTitle", { name });
  const notice = { title, body: row.last_message?.text ?? "", tag: `${news} ${row.id}` };
  tell(news, notice, () => open(address));
}

/** Those that the person is in, as far as they were asked for; they are, once somebody wants to know. */
function teamsOf(client: QueryClient, me: string): Set<string> {
  if (!useWantedNews.getState().waiting) return new Set();
  const teams = itemsOf<Team>(client.getQueryData(teamsQuery.queryKey));
  if (teams.length === 0) void client.prefetchInfiniteQuery(teamsQuery);
  const mine = teams.filter(({ members }) => members.some(({ id }) => id === me));
  return new Set(mine.map(({ id }) => id));
}
