import { ChevronRight, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/lib/classes";

interface DisclosureProps {
  icon: LucideIcon;
  title: string;
  open?: boolean;
  onToggle?: (open: boolean) => void;
  className?: string;
  children: ReactNode;
}

/** A part of a card that opens when somebody wants it. */
export function Disclosure({
  icon: Icon,
  title,
  open,
  onToggle,
  className,
  children,
}: DisclosureProps) {
  return (
    <details
      open={open}
      onToggle={(event) => onToggle?.(event.currentTarget.open)}
      className={cn("group/more border-t pt-3", className)}
    >
      <summary className="flex list-none items-center gap-2 text-sm font-medium text-ink-soft hover:text-ink">
        <Icon aria-hidden className="size-4" />
        <span className="flex-1">{title}</span>
        <ChevronRight
          aria-hidden
          className="size-4 transition-transform group-open/more:rotate-90 rtl:-scale-x-100 rtl:group-open/more:-rotate-90"
        />
      </summary>
      {children}
    </details>
  );
}
