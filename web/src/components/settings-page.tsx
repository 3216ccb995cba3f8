import { type ReactNode, useLayoutEffect, useRef } from "react";
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

/** A boxed table of lines. When the line with the focus goes away, the one that takes its place gets it. */
export function Lines({ children, label }: { children: ReactNode; label: string }) {
  const list = useRef<HTMLUListElement>(null);
  const focused = useRef<{ element: Element; line: number } | null>(null);
  useLayoutEffect(() => {
    const before = focused.current;
    if (!before || before.element.isConnected || document.activeElement !== document.body) return;
    const lines = [...(list.current?.children ?? [])];
    const next = lines[Math.min(before.line, lines.length - 1)];
    next?.querySelector<HTMLElement>("button, summary, a")?.focus();
  });
  return (
    <ul
      ref={list}
      aria-label={label}
      className="divide-y overflow-hidden rounded-2xl border bg-panel"
      onFocus={({ target }) => {
        const lines = [...(list.current?.children ?? [])];
        focused.current = { element: target, line: lines.findIndex((one) => one.contains(target)) };
      }}
    >
      {children}
    </ul>
  );
}
