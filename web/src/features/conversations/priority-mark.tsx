import type { TFunction } from "i18next";
import { ArrowDown, ChevronsUp, ChevronUp, Equal, type LucideIcon } from "lucide-react";
import type { Priority } from "@/lib/api/types";
import { cn } from "@/lib/classes";

export const PRIORITIES: Priority[] = ["urgent", "high", "normal", "low"];

export const PRIORITY_ICONS: Record<Priority, LucideIcon> = {
  urgent: ChevronsUp,
  high: ChevronUp,
  normal: Equal,
  low: ArrowDown,
};

/** Marks what hurries; what does not has no mark. */
export function PriorityMark({ t, priority }: { t: TFunction; priority: Priority }) {
  if (priority !== "high" && priority !== "urgent") return null;
  const Icon = PRIORITY_ICONS[priority];
  const label = t("care.priorityOf", { priority: t(`care.priority.${priority}`) });
  return (
    <span
      role="img"
      aria-label={label}
      title={label}
      className={cn(
        "grid size-4 shrink-0 place-items-center self-center rounded",
        priority === "urgent" ? "bg-danger-soft text-danger" : "bg-ember-soft text-ember-ink",
      )}
    >
      <Icon aria-hidden className="size-3.5" strokeWidth={2.5} />
    </span>
  );
}
