import { X } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { InboxFilters } from "@/lib/keys";
import type { ActiveFilter } from "./filter-names";
import { EVERYWHERE } from "./use-filters";

interface ActiveFiltersProps {
  active: ActiveFilter[];
  change: (part: Partial<InboxFilters>) => void;
}

/** What the list leaves out, so that nobody looks for a conversation in vain. */
export function ActiveFilters({ active, change }: ActiveFiltersProps) {
  const { t } = useTranslation();
  if (active.length === 0) return null;
  const { status: _, ...none } = EVERYWHERE;
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      {active.map(({ name, value }) => (
        <button
          key={name}
          type="button"
          aria-label={t("filter.remove", { what: value })}
          title={t("filter.remove", { what: value })}
          onClick={() => change({ [name]: "all" })}
          className="inline-flex h-6 max-w-40 items-center gap-1 rounded-md bg-tide-soft ps-2 pe-1 text-xs font-medium text-tide-strong hover:bg-tide-line max-md:h-8"
        >
          <bdi className="truncate">{value}</bdi>
          <X aria-hidden className="size-3.5 shrink-0" />
        </button>
      ))}
      {active.length > 1 && (
        <button
          type="button"
          onClick={() => change(none)}
          className="h-6 rounded-md px-1.5 text-xs text-ink-soft hover:bg-sunken hover:text-ink max-md:h-8"
        >
          {t("filter.clear")}
        </button>
      )}
    </div>
  );
}
