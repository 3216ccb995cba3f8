import type { ReactNode } from "react";

export type Group = "conversation" | "go" | "customers" | "look";

/** Something that can be done by its name. */
export interface Command {
  /** Always the same for the same act: what was used lately is known by it. */
  id: string;
  name: string;
  /** What stands before the name. */
  mark?: ReactNode;
  /** Shown faintly behind the name, and searched. */
  detail?: string | undefined;
  /** Other words for it, which are searched but not shown. */
  words?: string;
  /** The shortcut that does the same. */
  keys?: readonly string[];
  /** Whether this is how things are, where one of several is. */
  checked?: boolean;
  run: () => void;
}

/** What stands in the list at first: an act, or the way to a list of acts. */
export interface TopCommand extends Omit<Command, "run"> {
  group: Group;
  run?: () => void;
  choices?: Command[];
  /** What to say where there is nothing to choose from. */
  empty?: ReactNode;
}

/** A line of the list. */
export interface Item extends Omit<TopCommand, "group"> {
  group: Group | "recent";
  /** The name of the list it comes from, when it is shown outside of it. */
  path?: string;
}
