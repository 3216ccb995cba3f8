// What a program calls itself, as people call it. Browsers claim to be each other, so the most special name counts.

const PROGRAMS: [RegExp, string][] = [
  [/\bEdgA?\/|\bEdgiOS\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\bFirefox\/|\bFxiOS\//, "Firefox"],
  [/Chrome\/|\bCriOS\//, "Chrome"],
  [/\bSafari\//, "Safari"],
];

const SYSTEMS: [RegExp, string][] = [
  [/\bAndroid\b/, "Android"],
  [/\biPad\b/, "iPad"],
  [/\biPhone\b/, "iPhone"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b|\bMacintosh\b/, "macOS"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bLinux\b/, "Linux"],
];

const MOBILE = ["Android", "iPad", "iPhone"];

const first = (table: [RegExp, string][], agent: string) =>
  table.find(([pattern]) => pattern.test(agent))?.[1];

/** `Firefox · Windows`; of other programs the first word that they say. */
export function clientName(agent: string | null): { name: string | null; mobile: boolean } {
  if (!agent) return { name: null, mobile: false };
  const system = first(SYSTEMS, agent);
  const program = first(PROGRAMS, agent) ?? agent.split(/[\s(]/, 1)[0];
  const name = [program, system].filter(Boolean).join(" · ");
  return { name, mobile: system !== undefined && MOBILE.includes(system) };
}
