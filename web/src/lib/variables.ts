// What is filled in when a canned response is used. Pure.

/** `label`: under which name the locale describes it. */
export const VARIABLES = [
  { name: "contact.name", label: "contactName" },
  { name: "contact.first_name", label: "contactFirstName" },
  { name: "contact.phone", label: "contactPhone" },
  { name: "agent.name", label: "agentName" },
  { name: "agent.first_name", label: "agentFirstName" },
] as const;

export type Variable = (typeof VARIABLES)[number]["name"];
export type Values = Record<Variable, string>;

export interface Piece {
  text: string;
  /** `filled`: stands for a variable; `unknown`: names one that there is not. */
  kind: "plain" | "filled" | "unknown";
}

/** The text in pieces, with its variables filled in. */
export function filledIn(text: string, values: Values): Piece[] {
  // Every second piece is the name of a variable.
  return text
    .split(/\{\{([^{}]*)\}\}/)
    .map((piece, index): Piece => {
      if (index % 2 === 0) return { text: piece, kind: "plain" };
      const value = values[piece.trim() as Variable];
      if (value === undefined) return { text: `{{${piece}}}`, kind: "unknown" };
      return { text: value, kind: "filled" };
    })
    .filter((piece) => piece.text);
}

export function firstName(name: string): string {
  return name.trim().split(/\s+/)[0] ?? "";
}

/** A shortcut as the hub keeps it: small letters, without the slash. */
export function asShortcut(text: string): string {
  return text
    .toLowerCase()
    .replace(/^\/+/, "")
    .replace(/\s+/g, "-")
    .replace(/[^\p{L}\p{N}_-]/gu, "");
}
