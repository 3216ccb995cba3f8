import { LoaderCircle, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { toastProblem } from "@/components/ui/toast";
import { wholeNumber } from "@/lib/format";
import type { InboxFilters } from "@/lib/keys";
import { BulkActions, type BulkChoices } from "./bulk-actions";
import { useBulkRun } from "./run";
import { findAll } from "./select-all";
import { SELECT_BUTTON } from "./select-button";
import { clearSelection, MAX_SELECTED, selectRows, useSelection } from "./selection";

interface SelectionBarProps extends BulkChoices {
  filters: InboxFilters;
}

/** How many are selected, and what can be done to all of them. */
export function SelectionBar({ filters, ...choices }: SelectionBarProps) {
  const { t } = useTranslation();
  const count = useSelection(({ rows }) => rows.size);
  const cut = useSelection((selection) => selection.cut);
  const busy = useBulkRun(({ run }) => run !== null && run.phase !== "ended");
  const close = () => {
    clearSelection();
    document.getElementById(SELECT_BUTTON)?.focus();
  };
  return (
    <section
      aria-label={t("bulk.selection")}
      data-testid="selection-bar"
      className="grid gap-1 px-2.5 py-1.5"
    >
      <div className="flex min-h-9 items-center gap-1">
        <IconButton small icon={X} label={t("bulk.clear")} onClick={close} />
        <p role="status" className="min-w-0 flex-1 text-sm font-medium tabular-nums">
          {t("bulk.selected", { count, shown: wholeNumber(count) })}
        </p>
        <SelectAll filters={filters} />
      </div>
      {cut && (
        <p className="px-2 pb-1 text-xs text-ink-soft">
          {t("bulk.cut", { max: wholeNumber(MAX_SELECTED) })}
        </p>
      )}
      {busy ? (
        <p className="px-2 pb-2 text-xs text-ink-soft">{t("bulk.oneAtATime")}</p>
      ) : (
        <BulkActions {...choices} count={count} />
      )}
    </section>
  );
}

/** Selects all that the filters find, also what the list has not loaded. */
function SelectAll({ filters }: { filters: InboxFilters }) {
  const { t } = useTranslation();
  const [found, setFound] = useState<number | null>(null);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);
  const find = async () => {
    const mine = new AbortController();
    stop.current = mine;
    setFound(0);
    try {
      const { rows, cut } = await findAll(filters, setFound, mine.signal);
      if (!mine.signal.aborted) selectRows(rows, cut);
    } catch (error) {
      if (!mine.signal.aborted) toastProblem(error);
    }
    setFound(null);
  };
  const searching = found !== null;
  return (
    <Button
      look="quiet"
      size="sm"
      className="px-2 text-tide-strong tabular-nums"
      onClick={() => (searching ? stop.current?.abort() : void find())}
    >
      {searching && <LoaderCircle aria-hidden className="size-4 animate-spin" />}
      {searching ? t("bulk.finding", { shown: wholeNumber(found) }) : t("bulk.selectAll")}
    </Button>
  );
}
