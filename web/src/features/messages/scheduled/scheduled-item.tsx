import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { toastGood, toastProblem, toastUndo } from "@/components/ui/toast";
import type { ScheduledMessage } from "@/lib/api/types";
import { keys } from "@/lib/keys";
import { useLogin, useMay } from "@/lib/session-user";
import { leaveMessage } from "./leaving";
import { useCancelScheduled, useSendScheduledNow } from "./queries";
import { ScheduledHead, ScheduledWords } from "./scheduled-facts";
import { bodyOf } from "./words";

interface ScheduledItemProps {
  row: ScheduledMessage;
  sessionId: string;
  onEdit: () => void;
}

/** A message that waits or was not sent. What others left is changed by supervisors. */
export function ScheduledItem({ row, sessionId, onEdit }: ScheduledItemProps) {
  const { t } = useTranslation();
  const supervises = useMay("supervisor");
  const isMine = useLogin((login) => login.user?.id) === row.author.id;
  const sendNow = useSendScheduledNow();
  const takeBack = useTakeBack(row, sessionId, isMine);
  return (
    <li data-testid="scheduled-item" className="px-3.5 py-3">
      <ScheduledHead row={row} />
      <ScheduledWords row={row} />
      {(isMine || supervises) && (
        <div className="-ms-3 mt-1.5 flex flex-wrap">
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

/** One's own that still have time can be left once more. */
function useTakeBack(row: ScheduledMessage, sessionId: string, isMine: boolean) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const cancel = useCancelScheduled();
  const leaveAgain = () => {
    const later = { sendAt: row.send_at, unlessReply: row.unless_reply };
    leaveMessage({ conversationId: row.conversation_id, sessionId, body: bodyOf(row), later })
      .then(() => client.invalidateQueries({ queryKey: keys.anyScheduled }))
      .catch(toastProblem);
  };
  const done = () => {
    if (isMine && row.state === "waiting") toastUndo(t("later.takenBack"), leaveAgain);
  };
  const run = () => {
    // Not `mutate`: the line is gone before the answer is told.
    cancel.mutateAsync(row.id).then(done, toastProblem);
  };
  return { busy: cancel.isPending, run };
}
