import { X } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Tag, TagColor } from "@/lib/api/types";
import { cn } from "@/lib/classes";

export const TAG_COLORS: TagColor[] = [
  "gray",
  "red",
  "orange",
  "yellow",
  "green",
  "teal",
  "blue",
  "purple",
  "pink",
];

interface TagChipProps {
  tag: Pick<Tag, "name" | "color">;
  /** Offers to take it away. */
  onRemove?: () => void;
  className?: string;
}

/** A tag by its name and colour. */
export function TagChip({ tag, onRemove, className }: TagChipProps) {
  const { t } = useTranslation();
  return (
    <span
      data-hue={tag.color}
      title={tag.name}
      className={cn(
        "tinted inline-flex min-w-0 items-center rounded-md text-2xs font-medium",
        onRemove ? "h-7 ps-2 text-xs" : "h-4.5",
        className,
      )}
    >
      <bdi className={cn("truncate", !onRemove && "px-1.5")}>{tag.name}</bdi>
      {onRemove && (
        <button
          type="button"
          aria-label={t("tag.remove", { name: tag.name })}
          title={t("tag.remove", { name: tag.name })}
          onClick={onRemove}
          className="grid size-7 shrink-0 place-items-center rounded-md opacity-70 hover:opacity-100"
        >
          <X aria-hidden className="size-3.5" />
        </button>
      )}
    </span>
  );
}

export function TagDot({ color }: { color: TagColor }) {
  return <span aria-hidden data-hue={color} className="hue-dot size-2.5 shrink-0 rounded-full" />;
}
