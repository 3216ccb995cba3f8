import { Activity, CalendarClock, Inbox, type LucideIcon, Search, Star } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { TopCommand } from "@/features/command-bar/command";
import type { Role } from "@/lib/api/types";
import { isAtLeast, useLogin } from "@/lib/session-user";
import { PAGES as SETTINGS } from "../routes/settings";
import { mark } from "./mark";

interface Place {
  path: string;
  name: string;
  icon: LucideIcon;
  needs: Role;
  detail?: string;
}

/** The pages that one's role may see. */
export function usePageCommands(go: (path: string) => void): TopCommand[] {
  const { t } = useTranslation();
  const role = useLogin((login) => login.user?.role);
  const places: Place[] = [
    { path: "/inbox", name: t("nav.inbox"), icon: Inbox, needs: "agent" },
    { path: "/search", name: t("search.title"), icon: Search, needs: "agent" },
    { path: "/scheduled", name: t("later.page"), icon: CalendarClock, needs: "agent" },
    { path: "/starred", name: t("star.page"), icon: Star, needs: "agent" },
    { path: "/wall", name: t("nav.live"), icon: Activity, needs: "supervisor" },
    ...SETTINGS.map(({ path, name, icon, needs }) => ({
      path: `/settings/${path}`,
      name: t(`settings.${name}`),
      icon,
      needs,
      detail: t("nav.settings"),
    })),
  ];
  return places
    .filter(({ needs }) => isAtLeast(role, needs))
    .map(({ path, name, icon, detail }) => ({
      id: `go ${path}`,
      group: "go",
      name,
      detail,
      mark: mark(icon),
      words: t("commandBar.words.go", { name }),
      run: () => go(path),
    }));
}
