import { Bookmark, BookmarkPlus, ChevronDown, ListChecks, RotateCcw, Save } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Menu, MenuItem, MenuLabel, MenuLine } from "@/components/ui/menu";
import { toastProblem, toastUndo } from "@/components/ui/toast";
import type { View } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { wholeNumber } from "@/lib/format";
import type { InboxFilters } from "@/lib/keys";
import { lazily } from "@/lib/lazily";
import { useWhole } from "@/lib/paged-query";
import { useMay } from "@/lib/session-user";
import { useMine } from "../mine";
import type { FilterChoices } from "../more-filters";
import { NO_FILTERS } from "../use-filters";
import { useSaveView, viewsQuery } from "./queries";
import { fromView, parted, sameFilters, toView, viewOf } from "./view-filters";

const ViewDialog = lazily(async () => (await import("./view-dialog")).ViewDialog);
const ManageViews = lazily(async () => (await import("./manage-views")).ManageViews);

/** What oneself has to answer: ready-made, because everybody wants it. */
const OF_MINE: InboxFilters = { ...NO_FILTERS, assignee: "me" };

interface ViewMenuProps {
  filters: InboxFilters;
  change: (filters: InboxFilters) => void;
  choices: FilterChoices;
}

/** Which view is shown, the way to the others, and what can be kept as one. */
export function ViewMenu({ filters, change, choices }: ViewMenuProps) {
  const { t } = useTranslation();
  const list = useWhole(viewsQuery);
  const views = list.data ?? [];
  const { mine, shared } = parted(views);
  const [dialog, setDialog] = useState<"save" | "manage" | null>(null);
  const mayShare = useMay("supervisor");
  const update = useUpdateView();
  // What was shown last by a view: changed filters may be meant for it.
  const last = useRef<string | null>(null);
  const current = viewOf(views, filters, last.current);
  const ofMine = sameFilters(filters, OF_MINE);
  const mineKnown = useMine();
  const unfiltered = sameFilters(filters, NO_FILTERS);
  if (current) last.current = current.id;
  else if (unfiltered) last.current = null;
  const before = current ? undefined : views.find(({ id }) => id === last.current);
  const updatable = before && (mayShare || before.owner_id !== null) ? before : undefined;
  const isNew = !current && !unfiltered;
  const ready = ofMine ? "view.ofMine" : "view.unnamed";
  const shown = current?.name ?? t(unfiltered ? "view.none" : ready);
  const items = (some: View[]) =>
    some.map((view) => (
      <MenuItem
        key={view.id}
        checked={view.id === current?.id}
        onSelect={() => {
          last.current = view.id;
          change(fromView(view.filters));
        }}
      >
        <Name text={view.name} />
      </MenuItem>
    ));
  return (
    <>
      <Menu
        trigger={
          <button
            type="button"
            data-testid="views"
            className="flex h-7 max-w-full items-center gap-2 rounded-lg px-1.5 text-sm text-ink-soft transition-colors hover:bg-sunken hover:text-ink data-[state=open]:bg-sunken max-md:h-9"
          >
            <Bookmark
              aria-hidden
              className={cn("size-4 shrink-0", current && "fill-current text-tide")}
            />
            <span className="sr-only">{t("view.label")}</span>{" "}
            <bdi className={cn("truncate", current && "font-medium text-ink")}>{shown}</bdi>
            <ChevronDown aria-hidden className="-ms-0.5 size-3.5 shrink-0 opacity-60" />
          </button>
        }
      >
        <MenuItem checked={unfiltered} onSelect={() => change(NO_FILTERS)}>
          {t("view.none")}
        </MenuItem>
        <MenuItem checked={ofMine} onSelect={() => change(OF_MINE)}>
          {t("view.ofMine")}
          {mineKnown.isKnown && (
            <span className="ms-1.5 font-normal tabular-nums text-ink-faint">
              {wholeNumber(mineKnown.rows.length)}
              {mineKnown.hasMore && "+"}
            </span>
          )}
        </MenuItem>
        {mine.length > 0 && <MenuLabel>{t("view.mine")}</MenuLabel>}
        {items(mine)}
        {shared.length > 0 && <MenuLabel>{t("view.shared")}</MenuLabel>}
        {items(shared)}
        {list.isError && (
          <MenuItem icon={RotateCcw} hint={t("view.failed")} onSelect={() => void list.refetch()}>
            {t("common.tryAgain")}
          </MenuItem>
        )}
        <MenuLine />
        {updatable && (
          <MenuItem icon={Save} onSelect={() => update(updatable, filters)}>
            <Name text={t("view.update", { name: updatable.name })} />
          </MenuItem>
        )}
        <MenuItem
          icon={BookmarkPlus}
          disabled={!isNew}
          {...(!isNew && { hint: t(current ? "view.isKept" : "view.saveHint") })}
          onSelect={() => setDialog("save")}
        >
          {t("view.saveAs")}
        </MenuItem>
        {views.length > 0 && (
          <MenuItem icon={ListChecks} onSelect={() => setDialog("manage")}>
            {t("view.manage")}
          </MenuItem>
        )}
      </Menu>
      {dialog === "save" && (
        <ViewDialog
          filters={filters}
          choices={choices}
          onSaved={({ id }) => {
            last.current = id;
          }}
          onClose={() => setDialog(null)}
        />
      )}
      {dialog === "manage" && (
        <ManageViews filters={filters} choices={choices} onClose={() => setDialog(null)} />
      )}
    </>
  );
}

function Name({ text }: { text: string }) {
  return (
    <span className="block max-w-64 truncate" title={text}>
      <bdi>{text}</bdi>
    </span>
  );
}

/** Gives a view the filters that are set now, and offers to give it back those that it had. */
function useUpdateView() {
  const { t } = useTranslation();
  const save = useSaveView();
  return (view: View, filters: InboxFilters) => {
    const { id, name, owner_id } = view;
    const kept = { id, name, shared: owner_id === null };
    save.mutate(
      { ...kept, filters: toView(filters) },
      {
        onSuccess: () =>
          toastUndo(t("view.updated", { name }), () => {
            save.mutate({ ...kept, filters: view.filters }, { onError: toastProblem });
          }),
        onError: toastProblem,
      },
    );
  };
}
