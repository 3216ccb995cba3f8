import type { ReactNode } from "react";
import type { Conversation } from "@/lib/api/types";
import type { Change } from "./guesses";

/** A field about a conversation, with what can be chosen there. */
export interface FieldProps<What> {
  conversation: Conversation;
  from: What[];
  change: (change: Change) => void;
}
/** A field of the side panel, with its name above it. */
export function Labelled({
  label,
  aside,
  children,
}: {
  label: string;
  aside?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className="grid min-w-0 grid-cols-1 content-start gap-1">
      <div className="flex h-5 items-center justify-between">
        <span aria-hidden className="text-xs text-ink-faint">
          {label}
        </span>
        {aside}
      </div>
      {children}
    </div>
  );
}
