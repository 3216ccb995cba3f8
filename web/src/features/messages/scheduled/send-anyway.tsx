import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { toastGood, toastProblem } from "@/components/ui/toast";
import type { ScheduledMessage } from "@/lib/api/types";
import { plannedTime } from "@/lib/format";
import { useChangeScheduled } from "./queries";

/** Sends at its time what would not be sent because the customer wrote. */
export function SendAnyway({ row }: { row: ScheduledMessage }) {
  const { t } = useTranslation();
  const change = useChangeScheduled();
  const send = () => {
    const said = t("later.left", { at: plannedTime(row.send_at, Date.now()) });
    // Not `mutate`: the button is gone before the answer is told.
    change
      .mutateAsync({ id: row.id, change: { unless_reply: false } })
      .then(() => toastGood(said), toastProblem);
  };
  return (
    <Button size="sm" look="quiet" busy={change.isPending} onClick={send}>
      {t("later.sendAnyway")}
    </Button>
  );
}
