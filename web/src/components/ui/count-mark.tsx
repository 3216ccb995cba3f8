// The small number at the corner of a sign.

/** What is more is not counted. */
export const MAX_COUNTED = 99;

/** How many there are, at the corner of a sign; of what, whoever has the sign says in words. */
export function CountMark({ count }: { count: number }) {
  if (count === 0) return null;
  return (
    <span
      aria-hidden
      className="absolute end-1 top-1 grid h-4.5 min-w-4.5 place-items-center rounded-full bg-ember px-1 text-2xs font-bold tabular-nums text-on-ember"
    >
      {count > MAX_COUNTED ? `${MAX_COUNTED}+` : count}
    </span>
  );
}
