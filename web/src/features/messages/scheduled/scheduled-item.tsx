import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { toastGood, toastProblem } from "@/components/ui/toast";
import type { ScheduledMessage } from "@/lib/api/types";
import { useLogin, useMay } from "@/lib/session-user";
import { useSendScheduledNow } from "./queries";
import { ScheduledHead, ScheduledWords } from "./scheduled-facts";
import { SendAnyway } from "./send-anyway";
import { useTakeBack } from "./use-take-back";

interface ScheduledItemProps {
  row: ScheduledMessage;
  sessionId: string;
  /** The customer wrote since: it will not be sent. */
  off: boolean;
  onEdit: () => void;
}

/** A message that waits or was not sent. What others left is changed by supervisors. */
export function ScheduledItem({ row, sessionId, off, onEdit }: ScheduledItemProps) {
  const { t } = useTranslation();
  const supervises = useMay("supervisor");
  const isMine = useLogin((login) => login.user?.id) === row.author.id;
  const sendNow = useSendScheduledNow();
  const takeBack = useTakeBack(row, sessionId, isMine);
  return (
    <li data-testid="scheduled-item" className="px-3.5 py-3">
      <ScheduledHead row={row} off={off} />
      <ScheduledWords row={row} />
      {(isMine || supervises) && (
        <div className="-ms-3 mt-1.5 flex flex-wrap">
          {off && <SendAnyway row={row} />}
          <Button size="sm" look="quiet" onClick={onEdit}>
            {t("later.change")}
          </Button>
          <Button
            size="sm"
            look="quiet"
            busy={sendNow.isPending}
            onClick={() =>
              sendNow.mutate(row.id, {
                onSuccess: () => toastGood(t("later.onItsWay")),
                onError: toastProblem,
              })
            }
          >
            {t("later.sendNow")}
          </Button>
          <Button size="sm" look="quiet" busy={takeBack.busy} onClick={takeBack.run}>
            {t(row.state === "failed" ? "later.putAway" : "later.takeBack")}
          </Button>
        </div>
      )}
    </li>
  );
}
