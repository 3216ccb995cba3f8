// When a line needs its supervisor: lines that each draws for themselves, kept in their browser.

import { create } from "zustand";
import { persist } from "zustand/middleware";
import type { QueueFigures } from "@/lib/api/types";
import { useLogin } from "@/lib/session-user";

/** Null: does not matter. */
export interface Thresholds {
  /** The longest wait, in minutes. */
  wait: number | null;
  waiting: number | null;
  breached: number | null;
  /** Also tell on the desktop. */
  desktop: boolean;
}

export const FIRST_THRESHOLDS: Thresholds = {
  wait: 15,
  waiting: 20,
  breached: 5,
  desktop: false,
};

export const useAlertSettings = create<{ of: Record<string, Thresholds> }>()(
  persist(() => ({ of: {} as Record<string, Thresholds> }), { name: "wall-alerts", version: 1 }),
);

export function useThresholds(): [Thresholds, (next: Thresholds) => void] {
  const me = useLogin((login) => login.user?.id) ?? "";
  const mine = useAlertSettings((settings) => settings.of[me]) ?? FIRST_THRESHOLDS;
  const save = (next: Thresholds) =>
    useAlertSettings.setState(({ of }) => ({ of: { ...of, [me]: next } }));
  return [mine, save];
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
    if (limits.wait !== null && minutes > limits.wait) {
      alerts.push({ team, kind: "wait", limit: limits.wait });
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
