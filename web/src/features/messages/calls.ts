// Finds in a note who is called by it. Pure.

import { fields } from "./content";

export interface Person {
  id: string;
  name: string;
}

export interface Call<P extends Person> {
  from: number;
  to: number;
  person: P;
}

/** The places where `@Name` stands: as long a name as fits, and never a part of a word. */
export function callsIn<P extends Person>(text: string, people: P[]): Call<P>[] {
  const longestFirst = people
    .filter((person) => person.name)
    .sort((a, b) => b.name.length - a.name.length);
  const calls: Call<P>[] = [];
  let at = text.indexOf("@");
  while (at >= 0) {
    const start = at + 1;
    const person = isLetter(text[at - 1])
      ? undefined
      : longestFirst.find(
          ({ name }) => text.startsWith(name, start) && !isLetter(text[start + name.length]),
        );
    const to = person ? start + person.name.length : start;
    if (person) calls.push({ from: at, to, person });
    at = text.indexOf("@", to);
  }
  return calls;
}

function isLetter(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}_]/u.test(character);
}

/**
 * Whom a note calls: those who were picked and still stand in it, and those whose whole name was written by hand,
 * unless somebody else has the same.
 */
export function calledBy<P extends Person>(text: string, picked: Person[], colleagues: P[]): P[] {
  const names = new Set(callsIn(text, [...picked, ...colleagues]).map(({ person }) => person.name));
  const chosen = new Set(picked.map(({ id }) => id));
  return colleagues.filter(({ id, name }) => {
    if (!names.has(name)) return false;
    const namesakes = colleagues.filter((other) => other.name === name);
    return chosen.has(id) || namesakes.length === 1;
  });
}

/** The ids that a note names. */
export function mentionsOf(content: unknown): string[] {
  const { mentions } = fields(content);
  return Array.isArray(mentions) ? mentions.filter((id) => typeof id === "string") : [];
}
