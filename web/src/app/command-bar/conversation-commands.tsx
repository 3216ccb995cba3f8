import { useQuery } from "@tanstack/react-query";
import { ArrowRightLeft, Check, CircleDot, Clock3, Mail, PenLine, StickyNote } from "lucide-react";
import { flushSync } from "react-dom";
import { useTranslation } from "react-i18next";
import { useMatch } from "react-router";
import type { TopCommand } from "@/features/command-bar/command";
import { conversationQuery, useSetStatus } from "@/features/conversations/queries";
import { useMarkUnread } from "@/features/conversations/use-seen";
import { writeInto } from "@/features/messages/composer/write-into";
import { useDrafts } from "@/features/messages/drafts";
import type { Conversation, ConversationStatus } from "@/lib/api/types";
import { openTransfer } from "../transfer/transfer";
import { useCareCommands } from "./care-commands";
import { useMacroCommands } from "./macro-commands";
import { mark } from "./mark";
import { useSnoozeCommand } from "./snooze-command";

/** What can be done with the conversation that is open, if one is. */
export function useConversationCommands(): TopCommand[] {
  const { t } = useTranslation();
  const id = useMatch("/inbox/:conversationId")?.params.conversationId;
  const { data } = useQuery({ ...conversationQuery(id ?? ""), enabled: id !== undefined });
  const care = useCareCommands(data);
  const snooze = useSnoozeCommand(data);
  const macros = useMacroCommands(data);
  const status = useStatusCommands(data);
  const writing = useWritingCommands(data);
  const markUnread = useMarkUnread();
  if (!id || !data) return [];
  const transfer: TopCommand = {
    id: "transfer",
    group: "conversation",
    name: t("commandBar.transfer"),
    words: t("commandBar.words.transfer"),
    mark: mark(ArrowRightLeft),
    run: () => openTransfer(id),
  };
  const unread: TopCommand = {
    id: "unread",
    group: "conversation",
    name: t("conversation.markUnread"),
    words: t("commandBar.words.unread"),
    mark: mark(Mail),
    keys: ["Alt", "U"],
    run: () => markUnread(id),
  };
  return [...care, transfer, ...macros, ...snooze, ...status, unread, ...writing];
}

function useStatusCommands(row: Conversation | undefined): TopCommand[] {
  const { t } = useTranslation();
  const setStatus = useSetStatus();
  if (!row) return [];
  const to = (status: ConversationStatus) => () => void setStatus(row, { status });
  const closed = row.status === "closed";
  const main: TopCommand = {
    id: "close or open",
    group: "conversation",
    name: t(closed ? "commandBar.reopen" : "commandBar.close"),
    words: t("commandBar.words.close"),
    mark: mark(closed ? CircleDot : Check),
    keys: ["Alt", "E"],
    run: to(closed ? "open" : "closed"),
  };
  const others = (["open", "pending"] as const)
    .filter((status) => status !== row.status && !(closed && status === "open"))
    .map(
      (status): TopCommand => ({
        id: `status ${status}`,
        group: "conversation",
        name: t(`commandBar.status.${status}`),
        mark: mark(status === "open" ? CircleDot : Clock3),
        run: to(status),
      }),
    );
  return [main, ...others];
}

function useWritingCommands(row: Conversation | undefined): TopCommand[] {
  const { t } = useTranslation();
  const change = useDrafts((drafts) => drafts.change);
  if (!row) return [];
  const write = (note: boolean) => () => {
    flushSync(() => change(row.id, { note }));
    writeInto(row.id);
  };
  return [
    {
      id: "write note",
      group: "conversation",
      name: t("shortcuts.note"),
      mark: mark(StickyNote),
      keys: ["Alt", "N"],
      run: write(true),
    },
    {
      id: "write reply",
      group: "conversation",
      name: t("shortcuts.reply"),
      mark: mark(PenLine),
      keys: ["Alt", "L"],
      run: write(false),
    },
  ];
}
