import { Keyboard, LogOut, type LucideIcon, Monitor, Moon, Sun } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { TopCommand } from "@/features/command-bar/command";
import { type ThemeWish, useTheme } from "@/lib/theme";
import { logOut } from "../login";
import { showShortcutsHelp } from "../shortcuts-dialog";
import { mark } from "./mark";

const THEMES: [ThemeWish, LucideIcon][] = [
  ["light", Sun],
  ["dark", Moon],
  ["system", Monitor],
];

/** The colours, the help and the way out. */
export function useLookCommands(): TopCommand[] {
  const { t } = useTranslation();
  const theme = useTheme();
  return [
    ...THEMES.map(
      ([wish, icon]): TopCommand => ({
        id: `theme ${wish}`,
        group: "look",
        name: t(`commandBar.theme.${wish}`),
        words: t("commandBar.words.theme"),
        mark: mark(icon),
        checked: theme.wish === wish,
        run: () => theme.choose(wish),
      }),
    ),
    {
      id: "shortcuts",
      group: "look",
      name: t("shortcuts.title"),
      words: t("commandBar.words.help"),
      mark: mark(Keyboard),
      keys: ["?"],
      run: showShortcutsHelp,
    },
    {
      id: "log out",
      group: "look",
      name: t("nav.logOut"),
      words: t("commandBar.words.logOut"),
      mark: mark(LogOut),
      run: () => void logOut(),
    },
  ];
}
