import { useEffect, useRef } from "react";
import type { InboxFilters } from "@/lib/keys";
import { lazily } from "@/lib/lazily";
import type { BulkChoices } from "./bulk-actions";
import { DOCK } from "./dock";
import { useBulkRun } from "./run";
import { clearSelection, useSelecting } from "./selection";

const RunBar = lazily(async () => (await import("./run-bar")).RunBar);
const SelectionBar = lazily(async () => (await import("./selection-bar")).SelectionBar);

interface DockProps extends BulkChoices {
  filters: InboxFilters;
}

/**
 * What is selected and what is being done to many. It stands at the foot of the list, where it pushes no row away
 * from under the pointer; Tab comes to it before the list, which may have no end.
 */
export function BulkDock({ filters, ...choices }: DockProps) {
  const run = useBulkRun((state) => state.run);
  const selecting = useSelecting();
  const list = JSON.stringify(filters);
  const before = useRef(list);
  useEffect(() => {
    // What is selected is seen: it goes with the list that showed it.
    if (before.current !== list) clearSelection();
    before.current = list;
  }, [list]);
  if (!run && !selecting) return null;
  return (
    <div id={DOCK} className="order-last shrink-0 divide-y border-t bg-raised">
      {run && <RunBar run={run} />}
      {selecting && <SelectionBar key={list} filters={filters} {...choices} />}
    </div>
  );
}
