import { Direction, Popover as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { usePortal } from "@/lib/portal";

interface PopoverProps {
  trigger: ReactNode;
  label: string;
  children: ReactNode;
  side?: "top" | "bottom" | "end";
  align?: "start" | "end" | "center";
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  /** Whether the trigger gets the focus back at the end. */
  keepsFocus?: boolean;
}

export function Popover({
  trigger,
  label,
  children,
  side = "top",
  align = "start",
  open,
  onOpenChange,
  keepsFocus = true,
}: PopoverProps) {
  const portal = usePortal();
  const end = Direction.useDirection() === "rtl" ? "left" : "right";
  return (
    <Radix.Root {...(open !== undefined && { open })} {...(onOpenChange && { onOpenChange })}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal container={portal}>
        <Radix.Content
          aria-label={label}
          side={side === "end" ? end : side}
          align={align}
          sideOffset={8}
          collisionPadding={8}
          onCloseAutoFocus={(event) => {
            if (!keepsFocus) event.preventDefault();
          }}
          className="z-50 max-h-(--radix-popover-content-available-height) animate-rise overflow-y-auto rounded-2xl bg-raised text-ink shadow-pop outline-none"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
