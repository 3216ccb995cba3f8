// How well a name answers to what somebody types. Pure.

/** What decides between two names that both fit: the more of it was typed, the better. */
const SHARE = 0.5;
/** Fewer letters are found, spread like this, in nearly everything. */
const SPREAD_LETTERS = 3;

/** Letters as they are compared: without case and accents. */
export function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
}

/** 0 when it does not fit; both are `plain`. */
export function score(wanted: string, text: string): number {
  const fit = kind(wanted, text);
  return fit === 0 ? 0 : fit + (SHARE * wanted.length) / Math.max(text.length, wanted.length);
}

function kind(wanted: string, text: string): number {
  if (text === wanted) return 7;
  // "mia" is Mia Carter before it is Miamar.
  if (text.startsWith(`${wanted} `)) return 6.5;
  if (text.startsWith(wanted)) return 6;
  if (` ${text}`.includes(` ${wanted}`)) return 5;
  if (beginWords(wanted, text)) return 4;
  if (text.includes(wanted)) return 3;
  if (areInitials(wanted, text)) return 2;
  if (wanted.length >= SPREAD_LETTERS && isSpread(wanted, text)) return 1;
  return 0;
}

/** "jon ass": every word typed begins one of the name's, in any order. */
function beginWords(wanted: string, text: string): boolean {
  return wanted.split(/\s+/).every((word) => ` ${text}`.includes(` ${word}`));
}

/** "atm" for "assign to me". */
function areInitials(wanted: string, text: string): boolean {
  const initials = text
    .split(/\s+/)
    .map(([letter]) => letter)
    .join("");
  return initials.startsWith(wanted);
}

/** "asgn" for "assign": all letters in their order, the first one at the beginning of a word. */
function isSpread(wanted: string, text: string): boolean {
  const letters = [...wanted.replace(/\s+/g, "")];
  return text.split(/\s+/).some((_, first, words) => {
    const rest = words.slice(first).join("");
    if (rest[0] !== letters[0]) return false;
    let at = 0;
    for (const letter of letters) {
      const next = rest.indexOf(letter, at);
      if (next < 0) return false;
      at = next + 1;
    }
    return true;
  });
}
