import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { toastNews } from "@/components/ui/toast";
import { useMyStatus } from "./queries";

/** Says that a supervisor changed how one stands: what one is given, or not, depends on it. */
export function useToldStatus(): void {
  const { t } = useTranslation();
  const mine = useMyStatus();
  const now = mine && `${mine.status} ${mine.reason ?? ""}`;
  const before = useRef(now);
  useEffect(() => {
    const known = before.current;
    before.current = now;
    // What was so when the page came, the menu says.
    if (!mine || known === undefined || known === now || mine.reason !== "forced") return;
    toastNews(t("agent.forced", { status: t(`agent.state.${mine.status}`) }));
  }, [mine, now, t]);
}
