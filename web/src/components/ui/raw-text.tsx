/** Data as it is, for those who look into it; the keyboard scrolls it too. */
export function RawText({ value }: { value: unknown }) {
  return (
    <pre
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroller must be reachable by keyboard.
      tabIndex={0}
      dir="ltr"
      className="mt-1 max-h-72 overflow-auto rounded-lg bg-sunken p-2 font-mono -outline-offset-2"
    >
      {typeof value === "string" ? value : JSON.stringify(value, null, 2)}
    </pre>
  );
}
