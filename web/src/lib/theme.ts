import { create } from "zustand";

export type ThemeWish = "system" | "light" | "dark";

const STORED = "theme";
const system = () => window.matchMedia?.("(prefers-color-scheme: dark)");

function read(): ThemeWish {
  const stored = localStorage.getItem(STORED);
  return stored === "light" || stored === "dark" ? stored : "system";
}

function isDark(wish: ThemeWish): boolean {
  return wish === "dark" || (wish === "system" && Boolean(system()?.matches));
}

interface ThemeState {
  wish: ThemeWish;
  dark: boolean;
  choose(wish: ThemeWish): void;
}

export const useTheme = create<ThemeState>((set) => ({
  wish: read(),
  dark: isDark(read()),
  choose(wish) {
    if (wish === "system") localStorage.removeItem(STORED);
    else localStorage.setItem(STORED, wish);
    set({ wish, dark: isDark(wish) });
  },
}));

/** Shows the theme that is wished for, and follows the system when it changes. */
export function startTheme(): void {
  const show = () => {
    document.documentElement.dataset.theme = useTheme.getState().dark ? "dark" : "light";
  };
  useTheme.subscribe(show);
  system()?.addEventListener("change", () => {
    const { wish } = useTheme.getState();
    useTheme.setState({ dark: isDark(wish) });
  });
  show();
}
