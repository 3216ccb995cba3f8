import { useState } from "react";
import type { Item, TopCommand } from "./command";
import { choicesOf, everything, ranked, unasked } from "./items";
import { recentCommands } from "./recent";

/** Where somebody is: in which list, with what typed, on which line. */
export function useLevels(commands: TopCommand[], found: TopCommand[], early: string) {
  const [recent] = useState(recentCommands);
  const [levelId, setLevelId] = useState<string | null>(null);
  const [wanted, setWanted] = useState(early);
  // By its id and not by its place: what comes in late must not change what Enter does.
  const [activeId, setActiveId] = useState<string | null>(null);
  const level = commands.find(({ id, choices }) => id === levelId && choices) ?? null;
  const items = itemsOf(commands, level, wanted, recent, found);
  const place = items.findIndex(({ id }) => id === activeId);
  const at = Math.max(place, 0);
  const go = (to: string | null, active: string | null) => {
    setLevelId(to);
    setWanted("");
    setActiveId(active);
  };
  return {
    level,
    wanted,
    items,
    at,
    type: (text: string) => {
      setWanted(text);
      setActiveId(null);
    },
    point: (index: number) => setActiveId(items[index]?.id ?? null),
    enter: (item: Item) => go(item.id, null),
    leave: () => go(null, levelId),
  };
}

function itemsOf(
  commands: TopCommand[],
  level: TopCommand | null,
  wanted: string,
  recent: string[],
  found: TopCommand[],
): Item[] {
  const typed = wanted.trim() !== "";
  if (level) return typed ? ranked(choicesOf(level), wanted, recent) : choicesOf(level);
  return typed ? ranked(everything(commands), wanted, recent, found) : unasked(commands, recent);
}
