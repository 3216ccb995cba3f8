import type { LucideIcon } from "lucide-react";
import type { ComponentProps } from "react";
import { cn } from "@/lib/classes";

export interface IconButtonProps extends ComponentProps<"button"> {
  icon: LucideIcon;
  /** Read aloud and shown as a tip. */
  label: string;
  active?: boolean;
  small?: boolean;
}

export function IconButton({
  icon: Icon,
  label,
  active,
  small,
  className,
  ...rest
}: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      aria-pressed={active}
      className={cn(
        "grid shrink-0 place-items-center rounded-lg text-ink-soft transition-colors hover:bg-sunken hover:text-ink disabled:opacity-45",
        small ? "size-8" : "size-9.5",
        active && "bg-tide-soft text-tide-strong",
        className,
      )}
      {...rest}
    >
      <Icon aria-hidden className={small ? "size-4" : "size-[1.15rem]"} />
    </button>
  );
}
