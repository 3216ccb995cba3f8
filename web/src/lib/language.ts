import { create } from "zustand";
import i18n, { isLanguage, type Language, loadLanguage } from "./i18n";

export type LanguageWish = "system" | Language;

const STORED = "language";

function read(): LanguageWish {
  const stored = localStorage.getItem(STORED);
  return isLanguage(stored) ? stored : "system";
}

/** The first of the browser's languages that we have, whatever country it is from. */
export function systemLanguage(): Language {
  const codes = navigator.languages.map((tag) => tag.toLowerCase().split("-")[0]);
  return codes.find(isLanguage) ?? "en";
}

function meantBy(wish: LanguageWish): Language {
  return wish === "system" ? systemLanguage() : wish;
}

interface LanguageState {
  wish: LanguageWish;
  /** Fails, and leaves all as it was, when the words can't be fetched. */
  choose(wish: LanguageWish): Promise<void>;
}

export const useLanguage = create<LanguageState>((set, get) => ({
  wish: read(),
  async choose(wish) {
    const before = get().wish;
    set({ wish });
    try {
      await loadLanguage(meantBy(wish));
    } catch (error) {
      if (get().wish === wish) set({ wish: before });
      throw error;
    }
    // Somebody may have chosen another one meanwhile.
    if (get().wish !== wish) return;
    if (wish === "system") localStorage.removeItem(STORED);
    else localStorage.setItem(STORED, wish);
    await i18n.changeLanguage(meantBy(wish));
  },
}));

/** Ready when the page can be shown in the language that is wished for; follows the browser when it changes. */
export async function startLanguage(): Promise<void> {
  i18n.on("languageChanged", (language) => {
    document.documentElement.lang = language;
    document.documentElement.dir = i18n.dir(language);
  });
  window.addEventListener("languagechange", () => {
    if (useLanguage.getState().wish === "system") void speak(systemLanguage());
  });
  await speak(meantBy(useLanguage.getState().wish));
}

/** In English, where the language can't be fetched: better than nothing. */
async function speak(language: Language): Promise<void> {
  const spoken = await loadLanguage(language).then(
    () => language,
    () => loadLanguage("en").then(() => "en"),
  );
  await i18n.changeLanguage(spoken);
}
