import { cn } from "@/lib/classes";

interface KeyCapsProps {
  /** What is pressed together. */
  keys: readonly string[];
  className?: string;
}

/** A shortcut as the keys that it is made of. */
export function KeyCaps({ keys, className }: KeyCapsProps) {
  return (
    <span className={cn("flex shrink-0 gap-1", className)}>
      {keys.map((key) => (
        <kbd
          key={key}
          className="rounded-md border border-b-2 bg-raised px-2 py-0.5 font-mono text-xs text-ink"
        >
          {key}
        </kbd>
      ))}
    </span>
  );
}
