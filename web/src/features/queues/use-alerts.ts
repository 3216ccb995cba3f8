// What is over its line, and a sentence about what has just gone over it.

import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { QueueFigures } from "@/lib/api/types";
import { showOnDesktop } from "@/lib/desktop-notice";
import { useNow } from "@/lib/use-now";
import { type Alert, alertKey, alertsOf, useThresholds } from "./alerts";

/** What is over its line. */
export function useAlerts(queues: QueueFigures[]): Alert[] {
  const [limits] = useThresholds();
  const now = useNow();
  return useMemo(() => (limits ? alertsOf(queues, limits, now) : []), [queues, limits, now]);
}

/**
 * A sentence about what has just gone over its line, once per crossing; on the desktop as well if that is wanted.
 * Without alerts (null) nobody knows: then nothing is said, nor forgotten.
 */
export function useSaidAlerts(alerts: Alert[] | null, onOpen: () => void): string {
  const { t } = useTranslation();
  const [limits] = useThresholds();
  const said = useRef(new Set<string>());
  const [sentences, setSentences] = useState("");
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is said changes with the alerts alone.
  useEffect(() => {
    if (!alerts) return;
    const fresh = alerts.filter((alert) => !said.current.has(alertKey(alert)));
    said.current = new Set(alerts.map(alertKey));
    if (alerts.length === 0) setSentences("");
    if (fresh.length === 0) return;
    setSentences(fresh.map(sentence).join(" "));
    if (!limits?.desktop) return;
    for (const alert of fresh) {
      const notice = { title: lineOf(alert), body: words(alert), tag: `wall ${alertKey(alert)}` };
      showOnDesktop(notice, onOpen);
    }
  }, [alerts]);
  const lineOf = ({ team }: Alert) => team?.name ?? t("care.noTeam");
  const words = ({ kind, limit }: Alert) => t(`wall.alert.${kind}`, { count: limit });
  const sentence = (alert: Alert) => `${lineOf(alert)}: ${words(alert)}.`;
  return sentences;
}
