/** The mark: a speech bubble whose outline is the 24-hour window, its spent part in ember. */
export function Logo({ size = 32 }: { size?: number }) {
  return (
    <svg aria-hidden width={size} height={size} viewBox="0 0 64 64" fill="none">
      <path
        d="M32 11a21 21 0 1 1-18.3 31.3L10.4 53.6 21.7 50.3"
        stroke="currentColor"
        strokeWidth="6"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <path
        d="M32 11a21 21 0 0 0-20.6 17"
        className="stroke-ember"
        strokeWidth="6"
        strokeLinecap="round"
      />
      <circle cx="32" cy="32" r="5.5" fill="currentColor" />
    </svg>
  );
}
