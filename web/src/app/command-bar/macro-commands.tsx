import { Workflow } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { TopCommand } from "@/features/command-bar/command";
import { macrosQuery } from "@/features/macros/queries";
import { summary } from "@/features/macros/steps";
import type { Conversation } from "@/lib/api/types";
import { useWhole } from "@/lib/paged-query";
import { useRunMacro } from "../macros/run";
import { mark } from "./mark";

/** Runs a macro in the conversation. */
export function useMacroCommands(row: Conversation | undefined): TopCommand[] {
  const { t } = useTranslation();
  const macros = useWhole({ ...macrosQuery, enabled: row !== undefined });
  const run = useRunMacro();
  if (!row) return [];
  return [
    {
      id: "macros",
      group: "conversation",
      name: t("commandBar.macro"),
      words: t("commandBar.words.macro"),
      mark: mark(Workflow),
      keys: ["Alt", "M"],
      empty: t("macro.emptyTitle"),
      choices: (macros.data ?? []).map((macro) => ({
        id: `macro ${macro.id}`,
        name: macro.name,
        detail: summary(macro.actions, t),
        mark: mark(Workflow),
        run: () => void run(row.id, macro),
      })),
    },
  ];
}
