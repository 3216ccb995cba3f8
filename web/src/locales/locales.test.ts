import { describe, expect, it } from "vitest";
import { LANGUAGES } from "@/lib/i18n";

type Words = { [key: string]: string | Words };

const files = import.meta.glob<Words>("./*.json", { eager: true, import: "default" });
const wordsOf = (language: string) => flat(files[`./${language}.json`] ?? {});
const english = wordsOf("en");
const FORM = /_(zero|one|two|few|many|other)$/;

function flat(words: Words, path = ""): Map<string, string> {
  const all = new Map<string, string>();
  for (const [key, value] of Object.entries(words)) {
    if (typeof value === "string") all.set(path + key, value);
    else for (const [inner, text] of flat(value, `${path}${key}.`)) all.set(inner, text);
  }
  return all;
}

/** What is counted in English, by the key without its form. */
const counted = new Set(
  [...english.keys()].filter((key) => FORM.test(key)).map((key) => key.replace(FORM, "")),
);

/** The keys that a language must have: a counted text in each form that its grammar knows. */
function expected(language: string): string[] {
  const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  const wanted = new Set<string>();
  for (const key of english.keys()) {
    const base = key.replace(FORM, "");
    if (base === key || key.endsWith("_zero")) wanted.add(key);
    if (counted.has(base)) for (const form of forms) wanted.add(`${base}_${form}`);
  }
  return [...wanted].sort();
}

/** `{{- name}}` is `{{name}}`, taken as it is. */
function variables(text: string): string[] {
  const names = [...text.matchAll(/\{\{-?\s*(\w+)\s*\}\}/g)].map(([, name]) => name ?? "");
  return [...new Set(names)].sort();
}

it("has a file for each language that can be chosen, and no other", () => {
  const named = Object.keys(LANGUAGES).map((code) => `./${code}.json`);
  expect(Object.keys(files).sort()).toEqual(named.sort());
});

describe.each(Object.keys(LANGUAGES))("the words of %s", (language) => {
  const words = wordsOf(language);

  it("are all there, each counted one in every form of the language", () => {
    const wanted = new Set(expected(language));
    const missing = [...wanted].filter((key) => !words.has(key));
    const unknown = [...words.keys()].filter((key) => !wanted.has(key));
    expect({ missing, unknown }).toEqual({ missing: [], unknown: [] });
  });

  it("are nowhere empty", () => {
    expect([...words].filter(([, text]) => text.trim() === "")).toEqual([]);
  });

  it("are filled in with the same as in English", () => {
    const differing = [...words].filter(([key, text]) => {
      const model = english.get(key) ?? english.get(`${key.replace(FORM, "")}_other`) ?? "";
      // "One message" and "two messages" may do without a figure.
      const figure = /_(zero|one|two)$/.test(key) ? ["count"] : [];
      const told = (words: string) => variables(words).filter((name) => !figure.includes(name));
      return told(text).join() !== told(model).join();
    });
    expect(differing).toEqual([]);
  });
});
