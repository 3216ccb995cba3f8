/** When a day begins here, or the day after so many; nothing for what is no day. */
export function midnight(day: string, later: number): string | undefined {
  const [year, month, date] = day.split("-").map(Number);
  const begins = new Date(
    year ?? Number.NaN,
    (month ?? Number.NaN) - 1,
    (date ?? Number.NaN) + later,
  );
  return Number.isNaN(begins.getTime()) ? undefined : begins.toISOString();
}
