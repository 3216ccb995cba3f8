import { ArrowDown, ArrowUp, Bookmark, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { PagedList } from "@/components/paged-list";
import { Lines } from "@/components/settings-page";
import { Confirm } from "@/components/ui/confirm";
import { Dialog } from "@/components/ui/dialog";
import { IconButton } from "@/components/ui/icon-button";
import { Empty } from "@/components/ui/states";
import type { View } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import type { InboxFilters } from "@/lib/keys";
import { useWhole } from "@/lib/paged-query";
import { useMay } from "@/lib/session-user";
import { filterWords } from "../filter-names";
import type { FilterChoices } from "../more-filters";
import { useDeleteView, useMoveViews, viewsQuery } from "./queries";
import { ViewDialog } from "./view-dialog";
import { fromView, moved, parted } from "./view-filters";

interface ManageViewsProps {
  /** Those of the list, which a view can be given. */
  filters: InboxFilters;
  choices: FilterChoices;
  onClose: () => void;
}

/** All views, to be renamed, put in order and deleted. */
export function ManageViews({ filters, choices, onClose }: ManageViewsProps) {
  const { t } = useTranslation();
  const mayShare = useMay("supervisor");
  const list = useWhole(viewsQuery);
  const remove = useDeleteView();
  const [editing, setEditing] = useState<View | null>(null);
  const [deleting, setDeleting] = useState<View | null>(null);
  const [said, setSaid] = useState("");
  const part = { choices, onEdit: setEditing, onDelete: setDeleting, onSay: setSaid };
  return (
    <>
      <Dialog title={t("view.manageTitle")} onClose={onClose}>
        <PagedList
          list={list}
          empty={<Empty icon={Bookmark} title={t("view.empty")} text={t("view.saveHint")} />}
        >
          {(all) => {
            const { mine, shared } = parted(all);
            return (
              <div className="grid gap-5 *:min-w-0">
                <Part {...part} title={t("view.mine")} views={mine} editable />
                <Part {...part} title={t("view.shared")} views={shared} editable={mayShare} />
              </div>
            );
          }}
        </PagedList>
        <p role="status" className="sr-only">
          {said}
        </p>
      </Dialog>
      {editing && (
        <ViewDialog
          view={editing}
          filters={filters}
          choices={choices}
          onClose={() => setEditing(null)}
        />
      )}
      {deleting && (
        <Confirm
          title={t("view.deleteTitle", { name: deleting.name })}
          text={t(deleting.owner_id === null ? "view.deleteSharedText" : "view.deleteText")}
          action={t("common.delete")}
          onConfirm={() => remove.mutateAsync(deleting.id)}
          onClose={() => setDeleting(null)}
        />
      )}
    </>
  );
}

interface PartProps {
  title: string;
  views: View[];
  editable: boolean;
  choices: FilterChoices;
  onEdit: (view: View) => void;
  onDelete: (view: View) => void;
  onSay: (text: string) => void;
}

function Part({ title, views, editable, choices, onEdit, onDelete, onSay }: PartProps) {
  const { t } = useTranslation();
  const move = useMoveViews();
  if (views.length === 0) return null;
  const step = (view: View, by: 1 | -1) => {
    const changed = moved(views, view.id, by);
    if (changed.length === 0) return;
    move.mutate(changed);
    const place = views.indexOf(view) + by + 1;
    onSay(t("view.moved", { name: view.name, place, total: views.length }));
  };
  return (
    <section>
      <h3 className="mb-2 text-sm font-medium text-ink-soft">{title}</h3>
      <Lines label={title}>
        {views.map((view, index) => {
          const { id, name } = view;
          return (
            <li key={id} className="flex items-center gap-1 py-2 ps-4 pe-2 max-sm:flex-wrap">
              <div className="min-w-0 flex-1 max-sm:basis-full">
                <p className="truncate font-medium" title={name}>
                  <bdi>{name}</bdi>
                </p>
                <p className="truncate text-xs text-ink-faint">
                  {filterWords(fromView(view.filters), choices, t).join(" · ")}
                </p>
              </div>
              {editable && (
                <>
                  {views.length > 1 && (
                    <>
                      <Step
                        icon={ArrowUp}
                        label={t("view.up", { name })}
                        off={index === 0}
                        onClick={() => step(view, -1)}
                      />
                      <Step
                        icon={ArrowDown}
                        label={t("view.down", { name })}
                        off={index === views.length - 1}
                        onClick={() => step(view, 1)}
                      />
                    </>
                  )}
                  <IconButton
                    icon={Pencil}
                    label={t("view.editOf", { name })}
                    onClick={() => onEdit(view)}
                  />
                  <IconButton
                    icon={Trash2}
                    label={t("view.deleteOf", { name })}
                    onClick={() => onDelete(view)}
                  />
                </>
              )}
            </li>
          );
        })}
      </Lines>
    </section>
  );
}

interface StepProps {
  icon: typeof ArrowUp;
  label: string;
  off: boolean;
  onClick: () => void;
}

/** At the end it does nothing, but keeps the focus. */
function Step({ icon, label, off, onClick }: StepProps) {
  return (
    <IconButton
      icon={icon}
      label={label}
      aria-disabled={off || undefined}
      className={cn(off && "opacity-35")}
      onClick={onClick}
    />
  );
}
