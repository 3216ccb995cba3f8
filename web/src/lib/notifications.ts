// How a person is told what happens while they look elsewhere. The hub keeps it, so that it is the same on every
// device; what the browser allows is its own mind.

import {
  type QueryClient,
  queryOptions,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useEffect } from "react";
import { create } from "zustand";
import { toastProblem } from "@/components/ui/toast";
import { api } from "./api/client";
import type { Notifications } from "./api/types";
import {
  type DesktopNotice,
  dropDesktopNotices,
  showOnDesktop,
  useDesktopNotices,
  wantDesktopNotices,
} from "./desktop-notice";
import { keys } from "./keys";
import { ring } from "./sound";

/** What can be told. */
export type News = "messages" | "given" | "mentions" | "waiting";

export const NEWS: News[] = ["messages", "given", "mentions", "waiting"];

type Wanted = Pick<Notifications, News | "sound">;

/** As it is before the hub has answered. */
const AT_FIRST: Wanted = {
  sound: false,
  messages: true,
  given: true,
  mentions: true,
  waiting: false,
};

/** What is told, and whether by a sound; whether on the desktop, `useDesktopNotices` knows. */
export const useWantedNews = create<Wanted>(() => AT_FIRST);

export const notificationsQuery = queryOptions({
  queryKey: keys.notifications,
  queryFn: ({ signal }) => api.get<Notifications>("/me/notifications", undefined, signal),
  staleTime: 60_000,
  // Nobody tells what was changed on another device.
  refetchOnWindowFocus: true,
});

function obey({ desktop, alerts: _, ...news }: Notifications): void {
  useWantedNews.setState(news);
  useDesktopNotices.setState({ wanted: desktop });
}

/** Keeps to what the hub says. */
export function useFollowNotifications(): void {
  const { data } = useQuery(notificationsQuery);
  useEffect(() => {
    if (data) obey(data);
  }, [data]);
}

async function save(client: QueryClient, change: Partial<Notifications>): Promise<Notifications> {
  const known = await client.ensureQueryData(notificationsQuery);
  return api.put<Notifications>("/me/notifications", { ...known, ...change });
}

/** Changes some of it, here at once and at the hub. */
export function useSaveNotifications() {
  const client = useQueryClient();
  const { queryKey } = notificationsQuery;
  return useMutation({
    mutationFn: (change: Partial<Notifications>) => save(client, change),
    // One after the other: the hub takes all of it each time.
    scope: { id: "notifications" },
    onMutate: async (change) => {
      await client.cancelQueries({ queryKey });
      client.setQueryData(queryKey, (known) => known && { ...known, ...change });
    },
    onSuccess: (saved) => client.setQueryData(queryKey, saved),
    onError: (error) => {
      toastProblem(error);
      void client.invalidateQueries({ queryKey });
    },
  });
}

/** Turns desktop notices on and off: the browser is asked for permission, the hub remembers. */
export function useDesktopSwitch(): (on: boolean) => void {
  const save = useSaveNotifications();
  return (on) => {
    if (!on) {
      dropDesktopNotices();
      save.mutate({ desktop: false });
      return;
    }
    void wantDesktopNotices().then(() => {
      if (useDesktopNotices.getState().wanted) save.mutate({ desktop: true });
    });
  };
}

/** Tells it as the person wants; nothing of what they do not want to hear. */
export function tell(news: News, notice: DesktopNotice, onOpen: () => void): void {
  const wanted = useWantedNews.getState();
  if (!wanted[news]) return;
  if (wanted.sound) ring();
  // One sound is enough.
  showOnDesktop({ ...notice, silent: wanted.sound || notice.silent === true }, onOpen);
}
