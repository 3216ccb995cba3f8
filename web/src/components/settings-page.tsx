import type { ReactNode } from "react";
import { useTitle } from "@/lib/use-title";

interface SettingsPageProps {
  title: string;
  hint?: string;
  action?: ReactNode;
  children: ReactNode;
}

/** The frame of every settings page. */
export function SettingsPage({ title, hint, action, children }: SettingsPageProps) {
  useTitle(title);
  return (
    <div className="mx-auto w-full max-w-4xl px-4 py-6 sm:px-8 sm:py-8">
      <header className="mb-6 flex flex-col items-start justify-between gap-3 sm:flex-row">
        <div className="min-w-0 flex-1">
          <h1 className="text-2xl font-semibold tracking-tight">{title}</h1>
          {hint && <p className="mt-1 max-w-xl text-ink-soft">{hint}</p>}
        </div>
        {action}
      </header>
      {children}
    </div>
  );
}

/** A boxed table of lines. */
export function Lines({ children, label }: { children: ReactNode; label: string }) {
  return (
    <ul aria-label={label} className="divide-y overflow-hidden rounded-2xl border bg-panel">
      {children}
    </ul>
  );
}
