import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { QueueFigures } from "@/lib/api/types";
import { showOnDesktop } from "@/lib/desktop-notice";
import { useNow } from "@/lib/use-now";
import { type Alert, alertKey, alertsOf, useThresholds } from "./alerts";

/** What was said of already: once per crossing, also for those who leave the wall and come back. */
let said = new Set<string>();

export function forgetAlerts(): void {
  said = new Set();
}

/** What is over its line, and a sentence about what has just gone over it. */
export function useAlerts(queues: QueueFigures[], onOpen: () => void) {
  const { t } = useTranslation();
  const [limits] = useThresholds();
  const now = useNow();
  const alerts = useMemo(() => alertsOf(queues, limits, now), [queues, limits, now]);
  const [announced, setAnnounced] = useState("");
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is said changes with the alerts alone.
  useEffect(() => {
    const fresh = alerts.filter((alert) => !said.has(alertKey(alert)));
    said = new Set(alerts.map(alertKey));
    if (fresh.length === 0) return;
    setAnnounced(fresh.map(sentence).join(" "));
    if (!limits.desktop) return;
    for (const alert of fresh) {
      const title = alert.team?.name ?? t("care.noTeam");
      const notice = { title, body: words(alert), tag: `wall ${alertKey(alert)}` };
      showOnDesktop(notice, onOpen);
    }
  }, [alerts]);
  const words = ({ kind, limit }: Alert) => t(`wall.alert.${kind}`, { count: limit });
  const sentence = (alert: Alert) => `${alert.team?.name ?? t("care.noTeam")}: ${words(alert)}.`;
  return { alerts, announced };
}
