import type { ReactNode } from "react";

/** A part of the profile with its title. */
export function Box({
  title,
  hint,
  children,
}: {
  title: string;
  hint?: string;
  children: ReactNode;
}) {
  return (
    <section className="rounded-2xl border bg-panel p-5">
      <h2 className="text-lg font-semibold">{title}</h2>
      {hint && <p className="mt-1 max-w-xl text-sm text-ink-soft">{hint}</p>}
      <div className="mt-4">{children}</div>
    </section>
  );
}
