// What the caret asks for: "@be" in a note for a colleague, "/hel" in an empty line for a canned response. Pure.

import type { CannedResponse } from "@/lib/api/types";

export interface Ask {
  kind: "colleague" | "canned";
  /** What the choice replaces. */
  from: number;
  to: number;
  query: string;
}

const CALL = /(?:^|[\s(])@([^@\n]{0,40})$/;
const SLASH = /(?:^|\n)\/((?:\S[^\n]{0,60})?)$/;
/** More than that nobody reads: one types on. */
const MAX_FOUND = 20;

export function askAt(text: string, caret: number, note: boolean): Ask | null {
  const before = text.slice(0, caret);
  const slash = SLASH.exec(before);
  if (slash && /^[ \t]*(\n|$)/.test(text.slice(caret))) return ask("canned", slash[1], caret);
  const call = note ? CALL.exec(before) : null;
  return call && ask("colleague", call[1], caret);
}

function ask(kind: Ask["kind"], query = "", to: number): Ask {
  return { kind, from: to - query.length - 1, to, query };
}

/** Without case and accents. */
function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/** Best first: by how `rank` (0 is best, null is not at all) sees each. */
function ranked<T>(items: T[], rank: (item: T) => number | null): T[] {
  return items
    .flatMap((item) => {
      const place = rank(item);
      return place === null ? [] : { item, place };
    })
    .sort((a, b) => a.place - b.place)
    .slice(0, MAX_FOUND)
    .map(({ item }) => item);
}

/** Colleagues with a name that begins like that, or with a word of it that does. */
export function findColleagues<P extends { name: string }>(people: P[], query: string): P[] {
  const wanted = folded(query);
  return ranked(people, ({ name }) => {
    const known = folded(name);
    if (known.startsWith(wanted)) return 0;
    return known.includes(` ${wanted}`) ? 1 : null;
  });
}

/** Canned responses by their shortcut first, then by their text. */
export function findCanned(responses: CannedResponse[], query: string): CannedResponse[] {
  const wanted = folded(query.trim());
  return ranked(responses, ({ shortcut, text }) => {
    const known = folded(shortcut);
    if (known.startsWith(wanted)) return 0;
    if (known.includes(wanted)) return 1;
    return folded(text).includes(wanted) ? 2 : null;
  });
}
