import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { toastProblem, toastUndo } from "@/components/ui/toast";
import type { ScheduledMessage } from "@/lib/api/types";
import { keys } from "@/lib/keys";
import { leaveMessage } from "./leaving";
import { useCancelScheduled } from "./queries";
import { bodyOf } from "./words";

/** One's own that still have time can be left once more. */
export function useTakeBack(row: ScheduledMessage, sessionId: string, isMine: boolean) {
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
