import { AlarmClock, MessageCircleReply } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { TopCommand } from "@/features/command-bar/command";
import { useSetStatus } from "@/features/conversations/queries";
import type { Conversation } from "@/lib/api/types";
import { soonTime } from "@/lib/format";
import { useNow } from "@/lib/use-now";
import { snoozeTimes } from "@/lib/usual-times";
import { mark } from "./mark";

/** Puts the conversation off, to one of the usual times. */
export function useSnoozeCommand(row: Conversation | undefined): TopCommand[] {
  const { t } = useTranslation();
  const now = useNow();
  const setStatus = useSetStatus();
  if (!row) return [];
  const snooze = (until: string | null) => () =>
    void setStatus(row, { status: "snoozed", snoozed_until: until });
  const times = snoozeTimes(now).map(({ name, at }) => ({
    id: `snooze ${name}`,
    name: t(`care.snoozeFor.${name}`),
    detail: soonTime(at, now),
    mark: mark(AlarmClock),
    run: snooze(at),
  }));
  const untilWrites = {
    id: "snooze open",
    name: t("care.untilWrites"),
    mark: mark(MessageCircleReply),
    run: snooze(null),
  };
  return [
    {
      id: "snooze",
      group: "conversation",
      name: t("commandBar.snooze"),
      words: t("commandBar.words.snooze"),
      mark: mark(AlarmClock),
      choices: [...times, untilWrites],
    },
  ];
}
