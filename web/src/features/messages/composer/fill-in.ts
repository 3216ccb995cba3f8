// Fills in a canned response. Pure. What is not known leaves no trace: no double space, no lonely comma.

import type { ContactBrief } from "@/lib/api/types";
import { phone } from "@/lib/format";

const VARIABLE = /\{\{\s*([\w.]+)\s*\}\}/g;
/** Stands for what is not known while the text around it is mended; no text holds it. */
const GAP = "\uE000";

export function fillIn(text: string, contact: ContactBrief, agentName: string): string {
  const values: Record<string, string> = {
    "contact.name": contact.name?.trim() ?? "",
    "contact.first_name": firstWord(contact.name),
    "contact.phone": contact.phone ? phone(contact.phone) : "",
    "agent.name": agentName.trim(),
    "agent.first_name": firstWord(agentName),
  };
  return mended(text.replace(VARIABLE, (whole, name: string) => (values[name] ?? whole) || GAP));
}

function firstWord(name: string | null): string {
  return name?.trim().split(/\s+/)[0] ?? "";
}

function mended(text: string): string {
  return text
    .split("\n")
    .flatMap((line) => {
      if (!line.includes(GAP)) return line;
      const rest = withoutGaps(line);
      return rest ? rest : [];
    })
    .join("\n");
}

function withoutGaps(line: string): string {
  const rest = line
    .replace(/[([{"'“„«]\uE000[)\]}"'”“»]/g, GAP)
    .replace(/[ \t]*\uE000(?=[ \t]*(?:[,.;:!?…]|$))/g, "")
    .replace(/[ \t]*\uE000[ \t]*/g, " ");
  // ", your bike is ready" was the end of a sentence that began with a name.
  const begun = line.trimStart().startsWith(GAP) ? rest.replace(/^[\s,.;:!?…]+/, "") : rest;
  const first = begun.charAt(0);
  return begun === rest ? rest.trimEnd() : first.toLocaleUpperCase() + begun.slice(1).trimEnd();
}
