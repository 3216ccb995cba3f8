import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Avatar } from "@/components/ui/avatar";
import type { TopCommand } from "@/features/command-bar/command";
import { plain, score } from "@/features/command-bar/match";
import { conversationList } from "@/features/conversations/queries";
import { EVERYWHERE, NO_FILTERS } from "@/features/conversations/use-filters";
import type { Conversation } from "@/lib/api/types";
import { contactName, phone } from "@/lib/format";
import { keys } from "@/lib/keys";
import { itemsOf, type Pages } from "@/lib/pages";

/** Letters typed faster than this make one question to the hub. */
const SETTLE_MS = 200;
/** One letter is in every name. */
const MIN_LETTERS = 2;
/** Who looks for one further down types another letter. */
const MAX_FOUND = 8;
/** As many as can be compared with each letter; the hub knows the others. */
const MAX_KNOWN = 300;

/** Conversations by whose they are: what the page has at once, and what the hub finds a moment later. */
export function useFoundConversations(wanted: string, go: (path: string) => void) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const q = useSettled(wanted.trim());
  const asked = q.length >= MIN_LETTERS;
  const list = useInfiniteQuery({
    ...conversationList({ ...NO_FILTERS, ...EVERYWHERE, q }),
    enabled: asked,
  });
  const commandOf = (row: Conversation): TopCommand => {
    const { contact, status } = row;
    const name = contactName(contact);
    const number = contact.phone && contact.name ? phone(contact.phone) : null;
    const state = status === "open" ? null : t(`conversation.${status}`);
    return {
      id: `open ${row.id}`,
      group: "customers",
      name,
      detail: [number, state].filter(Boolean).join(" · "),
      words: [contact.phone, contact.username].filter(Boolean).join(" "),
      mark: <Avatar id={contact.id} name={name} size={22} />,
      run: () => go(`/inbox/${row.id}`),
    };
  };
  const [rows] = useState(() =>
    cachedRows(client.getQueriesData({ queryKey: keys.conversationLists })),
  );
  return {
    known: rows.map(commandOf),
    found: asked ? bestOf(itemsOf(list.data), q).map(commandOf) : [],
    searching: wanted.trim().length >= MIN_LETTERS && (list.isFetching || q !== wanted.trim()),
  };
}

/** The hub tells who wrote last; here whoever is called like that comes first. */
function bestOf(rows: Conversation[], q: string): Conversation[] {
  const wanted = plain(q);
  const fits = rows.map((row) => ({ row, fit: score(wanted, plain(contactName(row.contact))) }));
  return fits
    .sort((a, b) => b.fit - a.fit)
    .slice(0, MAX_FOUND)
    .map(({ row }) => row);
}

/** Each once, as they were when the bar was opened. */
function cachedRows(lists: [unknown, Pages<Conversation> | undefined][]): Conversation[] {
  const rows = lists.flatMap(([, list]) => itemsOf(list)).slice(0, MAX_KNOWN);
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}

function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
