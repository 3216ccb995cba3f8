import { afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { duration, fullTime, wholeNumber } from "./format";
import i18n from "./i18n";
import { startLanguage, systemLanguage, useLanguage } from "./language";

const browserSpeaks = (...languages: string[]) =>
  vi.spyOn(navigator, "languages", "get").mockReturnValue(languages);

beforeAll(startLanguage);
beforeEach(async () => {
  browserSpeaks("en-US");
  await useLanguage.getState().choose("system");
});
afterEach(async () => {
  await useLanguage.getState().choose("en");
});

it("takes the first language of the browser that we have, of whatever country", () => {
  browserSpeaks("fr-FR", "pt-PT", "es");
  expect(systemLanguage()).toBe("pt");
  browserSpeaks("fi", "fr-FR");
  expect(systemLanguage()).toBe("en");
});

it("changes words, figures, language and direction at once, and remembers it", async () => {
  const { lang, dir } = document.documentElement;
  expect({ lang, dir }).toEqual({ lang: "en", dir: "ltr" });
  const at = "2026-05-04T12:00:00.000Z";
  const inEnglish = fullTime(at);

  await useLanguage.getState().choose("es");
  expect(i18n.t("nav.settings")).toBe("Ajustes");
  expect(wholeNumber(1_234_567)).toBe("1.234.567");
  expect(fullTime(at)).not.toBe(inEnglish);
  expect(document.documentElement.lang).toBe("es");
  expect(localStorage.getItem("language")).toBe("es");

  await useLanguage.getState().choose("ar");
  expect(i18n.t("nav.settings")).toBe("الإعدادات");
  expect(document.documentElement.dir).toBe("rtl");
  expect(fullTime(at)).toMatch(/2026/);

  await useLanguage.getState().choose("system");
  expect(document.documentElement.lang).toBe("en");
  expect(document.documentElement.dir).toBe("ltr");
  expect(localStorage.getItem("language")).toBeNull();
});

it("keeps apart, from right to left, what is put into a sentence", async () => {
  await useLanguage.getState().choose("ar");
  expect(i18n.t("nav.account", { name: "Ann (Sales)" })).toBe("حساب \u2068Ann (Sales)\u2069");
  expect(duration(90 * 60_000)).toContain("\u20681\u2069");
});

it("counts in the forms of each language", async () => {
  const unread = (count: number) => i18n.t("conversation.unread", { count });
  await useLanguage.getState().choose("ar");
  expect([1, 2].map(unread)).toEqual(["رسالة واحدة غير مقروءة", "رسالتان غير مقروءتين"]);
  expect(unread(5)).toContain("رسائل");
  expect(unread(11)).toContain("رسالة");
  await useLanguage.getState().choose("es");
  expect(unread(1_000_000)).toBe("1000000 mensajes no leídos");
});

it("follows the browser, unless somebody chose", async () => {
  browserSpeaks("es-MX");
  window.dispatchEvent(new Event("languagechange"));
  await vi.waitFor(() => expect(i18n.language).toBe("es"), 8_000);
  await useLanguage.getState().choose("pt");
  window.dispatchEvent(new Event("languagechange"));
  await new Promise((resolve) => setTimeout(resolve));
  expect(i18n.language).toBe("pt");
});
