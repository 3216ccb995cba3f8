import type { LucideIcon } from "lucide-react";

/** The picture before a command. */
export function mark(Icon: LucideIcon) {
  return <Icon aria-hidden className="size-4" />;
}
