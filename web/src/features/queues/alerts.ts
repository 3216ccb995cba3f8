// When a line needs its supervisor: lines that each draws for themselves. The hub keeps them.

import { useQuery } from "@tanstack/react-query";
import type { Notifications, QueueFigures } from "@/lib/api/types";
import { notificationsQuery, useSaveNotifications } from "@/lib/notifications";

/** A limit that is null does not matter. */
export type Thresholds = NonNullable<Notifications["alerts"]>;

/** Null as long as the hub has not said them: then there is nothing to be alerted by. */
export function useThresholds(): [Thresholds | null, (next: Thresholds) => void] {
  const { data } = useQuery(notificationsQuery);
  const { mutate } = useSaveNotifications();
  return [data?.alerts ?? null, (alerts) => mutate({ alerts })];
}

export interface Alert {
  /** Null: of no team. */
  team: { id: string; name: string } | null;
  kind: "wait" | "waiting" | "breached";
  limit: number;
}

export function alertKey({ team, kind }: Alert): string {
  return `${team?.id ?? "none"} ${kind}`;
}

/** What is over its line now. */
export function alertsOf(queues: QueueFigures[], limits: Thresholds, now: number): Alert[] {
  return queues.flatMap(({ team, longest_wait_since: since, waiting, breached }) => {
    const minutes = since ? (now - Date.parse(since)) / 60_000 : 0;
    const alerts: Alert[] = [];
    if (limits.wait_minutes !== null && minutes > limits.wait_minutes) {
      alerts.push({ team, kind: "wait", limit: limits.wait_minutes });
    }
    if (limits.waiting !== null && waiting > limits.waiting) {
      alerts.push({ team, kind: "waiting", limit: limits.waiting });
    }
    if (limits.breached !== null && breached > limits.breached) {
      alerts.push({ team, kind: "breached", limit: limits.breached });
    }
    return alerts;
  });
}
