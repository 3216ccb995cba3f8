import { Bookmark } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { TopCommand } from "@/features/command-bar/command";
import { inboxAddress } from "@/features/conversations/use-filters";
import { viewsQuery } from "@/features/conversations/views/queries";
import { fromView, parted } from "@/features/conversations/views/view-filters";
import { useWhole } from "@/lib/paged-query";
import { mark } from "./mark";

/** The inbox as a view shows it. */
export function useViewCommands(go: (path: string) => void): TopCommand[] {
  const { t } = useTranslation();
  const { mine, shared } = parted(useWhole(viewsQuery).data ?? []);
  const views = [...mine, ...shared];
  if (views.length === 0) return [];
  return [
    {
      id: "views",
      group: "go",
      name: t("commandBar.view"),
      words: t("commandBar.words.view"),
      mark: mark(Bookmark),
      choices: views.map(({ id, name, filters, owner_id }) => ({
        id: `view ${id}`,
        name,
        detail: owner_id === null ? t("view.shared") : undefined,
        mark: mark(Bookmark),
        run: () => go(inboxAddress(fromView(filters))),
      })),
    },
  ];
}
