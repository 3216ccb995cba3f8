// Which lines the list has, and in which order. Pure.

import type { Group, Item, TopCommand } from "./command";
import { plain, score } from "./match";

/** More of what was used last would hide the rest. */
const MAX_RECENT = 5;
/** Who wants one further down types another letter. */
const MAX_FOUND = 40;
/** What stands beside the name counts less than the name, and what is one level down less than what is here. */
const BESIDE = 0.8;
const BELOW = 0.6;
/** Who types "tag" before a conversation means its tags, not the page of the tags. */
const AT_HAND = 2;
/**
 * What the hub found comes late and maybe by other letters: below the rest, so that nothing moves under a key. Where
 * words of it begin like that, it comes before those that have the letters within.
 */
const FOUND_BY_HUB = 0.1;
const FOUND_BEGINNING = 3.9;

const ORDER: Item["group"][] = ["recent", "conversation", "customers", "go", "look"];

/** All that can be done from the first list, that of the second level with the way to it. */
export function everything(commands: TopCommand[]): Item[] {
  return commands.flatMap((command) => [command, ...choicesOf(command, shortName(command))]);
}

/** Without the dots that promise a second level. */
export function shortName({ name }: TopCommand): string {
  return name.replace(/…$/, "");
}

/** The lines of a second level. */
export function choicesOf({ choices = [], group }: TopCommand, path?: string): Item[] {
  return choices.map((choice) => ({ ...choice, group, ...(path && { path }) }));
}

/** Nothing typed: what was used last, then all there is. */
export function unasked(commands: TopCommand[], recent: string[]): Item[] {
  const known = new Map(everything(commands).map((item) => [item.id, item]));
  const lately = recent.flatMap((id) => known.get(id) ?? []).slice(0, MAX_RECENT);
  const used = new Set(lately.map(({ id }) => id));
  const others = commands.filter(({ id, group }) => group !== "customers" && !used.has(id));
  return inGroups([...lately.map((item) => ({ ...item, group: "recent" as const })), ...others]);
}

/** The best first, group by group; among equals what was used last. */
export function ranked(items: Item[], wanted: string, recent: string[], found: Item[] = []) {
  const typed = plain(wanted);
  const place = new Map(recent.map((id, index) => [id, index]));
  const placeOf = ({ id }: Item) => place.get(id) ?? recent.length;
  const known = new Set(items.map(({ id }) => id));
  const fitting = items
    .map((item) => ({ item, fit: fitOf(item, typed) }))
    .filter(({ fit }) => fit > 0)
    .concat(
      found
        .filter(({ id }) => !known.has(id))
        .map((item) => ({ item, fit: fitOfFound(item, typed) })),
    )
    .sort((a, b) => b.fit - a.fit || placeOf(a.item) - placeOf(b.item))
    .slice(0, MAX_FOUND)
    .map(({ item }) => item);
  return inGroups(fitting, [...new Set(fitting.map(({ group }) => group))]);
}

function fitOf({ name, path, detail, words, group }: Item, typed: string): number {
  const own = score(typed, plain(name));
  const beside = [detail, words].map((text) => (text ? nearly(score(typed, plain(text))) : 0));
  // "priority urg", but not each priority for a letter of "priority".
  const along = path && /\s/.test(typed) ? nearly(score(typed, plain(`${path} ${name}`))) : 0;
  const best = Math.max(own, along, ...beside.map((fit) => BESIDE * fit));
  if (best === 0) return 0;
  return (path ? BELOW : 1) * (best + (group === "conversation" ? AT_HAND : 0));
}

function fitOfFound({ name }: Item, typed: string): number {
  const fit = score(typed, plain(name));
  return fit >= 4 ? FOUND_BEGINNING + fit / 100 : FOUND_BY_HUB;
}

/** Beyond the name, letters that are spread say nothing. */
function nearly(fit: number): number {
  return fit >= 3 ? fit : 0;
}

function inGroups(items: Item[], order: (Group | "recent")[] = ORDER): Item[] {
  return order.flatMap((group) => items.filter((item) => item.group === group));
}
