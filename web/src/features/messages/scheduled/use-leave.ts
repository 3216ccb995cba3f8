import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { toastGood, toastProblem } from "@/components/ui/toast";
import { plannedTime } from "@/lib/format";
import { keys } from "@/lib/keys";
import type { Piece } from "../composer/bodies";
import { type Later, leaveMessage, stepLater, useLeaving } from "./leaving";

/**
 * Leaves pieces to be sent later, one after the other, and says what came of it: true when all are there. `onLeft` is
 * told of each, so that the others stay where they are if something goes wrong.
 */
export function useLeave(conversationId: string, sessionId: string) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const leaving = useLeaving(({ here }) => here.includes(conversationId));
  const leave = useCallback(
    async (pieces: Piece[], later: Later, onLeft?: (piece: Piece) => void): Promise<boolean> => {
      if (useLeaving.getState().here.includes(conversationId)) return false;
      useLeaving.setState(({ here }) => ({ here: [...here, conversationId] }));
      try {
        for (const [index, piece] of pieces.entries()) {
          const where = { conversationId, sessionId, later: stepLater(later, index) };
          await leaveMessage({ ...where, ...piece });
          onLeft?.(piece);
        }
        toastGood(t("later.left", { at: plannedTime(later.sendAt, Date.now()) }));
        return true;
      } catch (error) {
        toastProblem(error);
        return false;
      } finally {
        useLeaving.setState(({ here }) => ({ here: here.filter((id) => id !== conversationId) }));
        void client.invalidateQueries({ queryKey: keys.anyScheduled });
      }
    },
    [client, conversationId, sessionId, t],
  );
  return { leave, leaving };
}
