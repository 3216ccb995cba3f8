import { Check } from "lucide-react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/classes";
import { useSelection } from "./selection";

interface RowCheckProps {
  id: string;
  name: string;
}

/**
 * The box at a face that selects the row; the list hears the click. Without it in the way of Tab: `x` does the same,
 * and while rows are selected by a click on them they are boxes themselves.
 */
export function RowCheck({ id, name }: RowCheckProps) {
  const { t } = useTranslation();
  const checked = useSelection(({ rows }) => rows.has(id));
  const on = useSelection((selection) => selection.on);
  const any = useSelection(({ rows }) => rows.size > 0);
  const box = <CheckBox checked={checked} />;
  const place = "absolute start-3 top-9.5 grid size-8 place-items-center rounded-lg";
  if (on) return <span className={cn(place, "pointer-events-none")}>{box}</span>;
  return (
    // biome-ignore lint/a11y/useSemanticElements: the list toggles it, together with what lies between.
    <button
      type="button"
      role="checkbox"
      aria-checked={checked}
      aria-label={t("bulk.selectOne", { name })}
      tabIndex={-1}
      data-check
      className={cn(
        place,
        "transition-opacity",
        !any && "opacity-0 group-focus-within/row:opacity-100 group-hover/row:opacity-100",
      )}
    >
      {box}
    </button>
  );
}

function CheckBox({ checked }: { checked: boolean }) {
  return (
    <span
      aria-hidden
      className={cn(
        "grid size-5 place-items-center rounded-md border-2 shadow-lift",
        checked ? "border-tide bg-tide text-on-tide" : "border-ink-faint bg-raised",
      )}
    >
      {checked && <Check className="size-3.5" strokeWidth={3} />}
    </span>
  );
}
