// Spans as texts of a form, and back; an empty text is none. Pure.

/** Seconds in minutes: what people reckon in. */
export function minutesOf(seconds: number | null): string {
  return seconds === null ? "" : String(Number((seconds / 60).toFixed(2)));
}

export function secondsOf(minutes: string): number | null {
  const number = numberOf(minutes);
  return number === null ? null : Math.round(number * 60);
}

export function numberOf(text: string): number | null {
  return text.trim() === "" ? null : Number(text);
}
