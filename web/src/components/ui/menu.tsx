import { Check, type LucideIcon } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "@/lib/classes";
import { usePortal } from "@/lib/portal";

interface MenuProps {
  trigger: ReactNode;
  children: ReactNode;
  side?: "top" | "bottom";
  align?: "start" | "end" | "center";
}

// Not modal: the modal kind locks the page's scrolling with an injected style that our policy forbids.
export function Menu({ trigger, children, side = "bottom", align = "start" }: MenuProps) {
  const portal = usePortal();
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal container={portal}>
        <DropdownMenu.Content
          side={side}
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-48 animate-rise overflow-y-auto rounded-xl bg-raised p-1.5 text-ink shadow-pop"
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

interface MenuItemProps {
  icon?: LucideIcon;
  /** An event whose default is prevented leaves the menu open. */
  onSelect: (event: Event) => void;
  children: ReactNode;
  danger?: boolean;
  checked?: boolean;
  disabled?: boolean;
  /** What it means, below the name. */
  hint?: string;
}

export function MenuItem({
  icon: Icon,
  onSelect,
  children,
  danger,
  checked,
  disabled,
  hint,
}: MenuItemProps) {
  const classes = cn(
    "flex cursor-pointer items-center gap-2.5 rounded-lg px-2.5 text-base outline-none data-[disabled]:opacity-45 data-[highlighted]:bg-sunken",
    hint ? "min-h-9 py-1.5" : "h-9",
    danger && "text-danger",
    checked && "font-medium text-tide-strong",
  );
  const shared = { onSelect, disabled: disabled ?? false, className: classes };
  const content = (
    <>
      {Icon && <Icon aria-hidden className="size-4 opacity-75" />}
      {hint ? (
        <span className="grid min-w-0 flex-1">
          {children}
          <span className="max-w-56 text-xs font-normal text-ink-faint">{hint}</span>
        </span>
      ) : (
        <span className="min-w-0 flex-1 truncate">{children}</span>
      )}
    </>
  );
  if (checked === undefined) return <DropdownMenu.Item {...shared}>{content}</DropdownMenu.Item>;
  return (
    <DropdownMenu.CheckboxItem {...shared} checked={checked}>
      {content}
      <Check aria-hidden className={cn("size-4", !checked && "invisible")} />
    </DropdownMenu.CheckboxItem>
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return (
    <DropdownMenu.Label className="px-2.5 pt-1.5 pb-1 text-xs text-ink-faint">
      {children}
    </DropdownMenu.Label>
  );
}

export function MenuLine() {
  return <DropdownMenu.Separator className="my-1 h-px bg-line" />;
}
