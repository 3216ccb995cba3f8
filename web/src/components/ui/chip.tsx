import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/lib/classes";

const LOOK = {
  plain: "bg-sunken text-ink-soft",
  tide: "bg-tide-soft text-tide-strong",
  ember: "bg-ember-soft text-ember-ink",
  good: "bg-good-soft text-good",
  danger: "bg-danger-soft text-danger",
  note: "bg-note text-note-ink",
};

interface ChipProps {
  look?: keyof typeof LOOK;
  icon?: LucideIcon;
  children: ReactNode;
  className?: string;
  title?: string | undefined;
}

export function Chip({ look = "plain", icon: Icon, children, className, title }: ChipProps) {
  return (
    <span
      title={title}
      className={cn(
        "inline-flex h-5 shrink-0 items-center gap-1 rounded-md px-1.5 text-2xs font-medium tabular-nums",
        LOOK[look],
        className,
      )}
    >
      {Icon && <Icon aria-hidden className="size-3" />}
      {children}
    </span>
  );
}
