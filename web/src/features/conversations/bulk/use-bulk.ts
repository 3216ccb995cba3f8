import { useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { toastBad, toastGood } from "@/components/ui/toast";
import type { Conversation } from "@/lib/api/types";
import i18n from "@/lib/i18n";
import { type InboxFilters, keys } from "@/lib/keys";
import { useLiveCache } from "@/lib/live-context";
import type { Pages } from "@/lib/pages";
import { useLogin } from "@/lib/session-user";
import { applyRow, applyToOne, remark } from "../events";
import { type Change, withGuesses } from "../guesses";
import { knownConversation } from "../queries";
import { keepSeen, markRead } from "../seen";
import { DOCK } from "./dock";
import type { Job, What } from "./jobs";
import { isRunning, type Run, type RunPage, retryRun, startRun, undoRun } from "./run";
import { refreshSelected, useSelection } from "./selection";
import { runText } from "./words";

/** What starts a change of all that is selected. */
export function useBulk() {
  const client = useQueryClient();
  const live = useLiveCache();
  return useMemo(() => {
    const known = () => {
      const all = new Map(useSelection.getState().rows);
      const look = (row: Conversation) => {
        if ((all.get(row.id)?.seq ?? -1) < row.seq) all.set(row.id, row);
      };
      for (const [, list] of client.getQueriesData<Pages<Conversation>>({
        queryKey: keys.conversationLists,
      })) {
        for (const page of list?.pages ?? []) page.data.forEach(look);
      }
      for (const [, row] of client.getQueriesData<Conversation>({
        queryKey: keys.anyConversation,
      })) {
        if (row) look(row);
      }
      return all;
    };
    const take = (answers: Conversation[], read: Conversation[]) => {
      const me = useLogin.getState().user?.id ?? "";
      const rows = answers.map((row) =>
        keepSeen(withGuesses(row), knownConversation(client, row.id)),
      );
      const gone = new Set(read.map(({ id }) => id));
      live.apply<Pages<Conversation>>(keys.conversationLists, (list, key) => {
        const filters = key[1] as InboxFilters;
        const next = rows.reduce((pages, row) => applyRow(pages, row, filters, me), list);
        return read.reduce((pages, row) => remark(pages, row, markRead, filters, me), next);
      });
      const latest = new Map(rows.map((row) => [row.id, row]));
      live.apply<Conversation>(keys.anyConversation, (one) => {
        const row = latest.get(one.id);
        const next = row ? applyToOne(one, row) : one;
        return gone.has(one.id) ? markRead(next) : next;
      });
      refreshSelected([...rows, ...read.map(markRead)]);
    };
    const page: RunPage = { take, known, ended: sayElsewhere };
    /** `change` is null for looking at them. */
    const start = (what: What, change: Change | null) => {
      if (isRunning()) return;
      const latest = known();
      const jobs = [...useSelection.getState().rows.keys()].map(
        (id): Job => ({ row: latest.get(id) as Conversation, change }),
      );
      void startRun(what, jobs, page);
    };
    return { start, retry: () => void retryRun(page), undo: () => void undoRun(page) };
  }, [client, live]);
}

/** Whoever is at another page hears of the end there. */
function sayElsewhere(run: Run): void {
  const bar = document.getElementById(DOCK);
  if (bar && bar.checkVisibility?.() !== false) return;
  const text = runText(i18n.t, run);
  if (run.failed.length + run.left.length > 0) toastBad(text);
  else toastGood(text);
}
