// The words of the page. Each language is a file of its own, and only the one that is used is loaded.

import i18n from "i18next";
import { initReactI18next, setI18n } from "react-i18next";

/** The languages that the page speaks, by their own names. */
export const LANGUAGES = {
  en: "English",
  es: "Español",
  pt: "Português (Brasil)",
  ar: "العربية",
};

export type Language = keyof typeof LANGUAGES;

const WORDS: Record<Language, () => Promise<{ default: object }>> = {
  en: () => import("@/locales/en.json"),
  es: () => import("@/locales/es.json"),
  pt: () => import("@/locales/pt.json"),
  ar: () => import("@/locales/ar.json"),
};

void i18n.use(initReactI18next).init({
  lng: "en",
  fallbackLng: "en",
  resources: {},
  // React escapes already.
  interpolation: { escapeValue: true, escape: isolated },
  initAsync: false,
  // The second: numbers in texts are written otherwise from now on.
  react: { bindI18n: "languageChanged numbersLoaded" },
});

// `useTranslation` copies all that its instance owns, in every component that is mounted: one that only inherits
// has nothing to copy.
setI18n(Object.create(i18n));

export function isLanguage(code: string | null | undefined): code is Language {
  return typeof code === "string" && Object.hasOwn(LANGUAGES, code);
}

/** Fetches the words of a language, unless they are here already. */
export async function loadLanguage(language: Language): Promise<void> {
  if (i18n.hasResourceBundle(language, "translation")) return;
  const { default: words } = await WORDS[language]();
  i18n.addResourceBundle(language, "translation", words);
}

/** How numbers and times are written. Always with the digits that stand in the texts. */
export function locale(): string {
  return `${i18n.language}-u-nu-latn`;
}

const FIRST_STRONG_ISOLATE = "\u2068";
const POP_ISOLATE = "\u2069";

/** From right to left, a name or number put into a sentence must not turn the words around it. */
export function isolated(value: string): string {
  return i18n.dir() === "rtl" ? FIRST_STRONG_ISOLATE + value + POP_ISOLATE : value;
}

export default i18n;
