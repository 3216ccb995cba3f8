// What was used last, on this machine: the ids alone, because names may be customers'.

const STORED = "recent-commands";
const KEPT = 20;

export function recentCommands(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(STORED) ?? "[]");
    return Array.isArray(kept) ? kept.filter((id) => typeof id === "string") : [];
  } catch {
    return [];
  }
}

export function rememberCommand(id: string): void {
  const others = recentCommands().filter((other) => other !== id);
  localStorage.setItem(STORED, JSON.stringify([id, ...others].slice(0, KEPT)));
}
