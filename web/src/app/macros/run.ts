// Which macro is about to be run, is running or was refused, and how it is run.

import { useTranslation } from "react-i18next";
import { create } from "zustand";
import { toastGood } from "@/components/ui/toast";
import { withGuesses } from "@/features/conversations/guesses";
import { noteMove } from "@/features/conversations/own-moves";
import { usePutConversation } from "@/features/conversations/queries";
import { useTakeMessage } from "@/features/messages/queries";
import { api } from "@/lib/api/client";
import type { Macro, MacroRun } from "@/lib/api/types";

export interface Refused {
  conversationId: string;
  macro: Macro;
  /** Under the same key nothing is done twice. */
  key: string;
  error: unknown;
}

interface Macros {
  /** The conversation for which one is chosen. */
  choosing: string | null;
  /** The conversations in which one runs. */
  running: string[];
  refused: Refused | null;
}

export const NO_MACROS: Macros = { choosing: null, running: [], refused: null };

export const useMacros = create<Macros>(() => NO_MACROS);

export function openMacros(conversationId: string): void {
  useMacros.setState({ choosing: conversationId });
}

export function closeMacros(): void {
  useMacros.setState({ choosing: null });
}

/** Runs a macro, one at a time in a conversation; what it does is seen at once, and a refusal is said. */
export function useRunMacro() {
  const { t } = useTranslation();
  const put = usePutConversation();
  const take = useTakeMessage();
  return async (conversationId: string, macro: Macro, key: string = crypto.randomUUID()) => {
    const { running } = useMacros.getState();
    if (running.includes(conversationId)) return;
    useMacros.setState({ refused: null, running: [...running, conversationId] });
    try {
      const path = `/conversations/${conversationId}/macros/${macro.id}/run`;
      noteMove(conversationId, { assignee: assigneeOf(macro) });
      const run = await api.post<MacroRun>(path, undefined, { idempotencyKey: key });
      for (const message of run.messages) take(message);
      put(withGuesses(run.conversation));
      toastGood(t("macro.done", { name: macro.name }));
    } catch (error) {
      useMacros.setState({ refused: { conversationId, macro, key, error } });
    } finally {
      useMacros.setState(({ running }) => ({
        running: running.filter((id) => id !== conversationId),
      }));
    }
  };
}

/** To whom a macro gives a conversation; undefined: it leaves it where it is. */
function assigneeOf({ actions }: Macro): { id: string } | null | undefined {
  const step = actions.find((action) => action.do === "assign");
  return step && (step.assignee === null ? null : { id: step.assignee });
}
