import { Pencil, Plus, TagIcon, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { PagedList } from "@/components/paged-list";
import { Lines, SettingsPage } from "@/components/settings-page";
import { TagChip } from "@/components/tag-chip";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { IconButton } from "@/components/ui/icon-button";
import { Empty } from "@/components/ui/states";
import type { Tag } from "@/lib/api/types";
import { listOf } from "@/lib/format";
import { useWhole } from "@/lib/paged-query";
import { tagsQuery, useDeleteTag } from "./queries";
import { TagDialog } from "./tag-dialog";

interface TagsPageProps {
  /** What names a tag, of all that the person may see. */
  usesOf?: (tagId: string) => string[];
}

export function TagsPage({ usesOf = () => [] }: TagsPageProps) {
  const { t } = useTranslation();
  const list = useWhole(tagsQuery);
  const [adding, setAdding] = useState(false);
  const add = (
    <Button onClick={() => setAdding(true)} data-testid="new-tag">
      <Plus aria-hidden className="size-4" />
      {t("tag.new")}
    </Button>
  );
  const some = (list.data?.length ?? 0) > 0;
  return (
    <SettingsPage title={t("settings.tags")} hint={t("tag.pageHint")} action={some && add}>
      <PagedList
        list={list}
        empty={
          <Empty icon={TagIcon} title={t("tag.emptyTitle")} text={t("tag.emptyHint")}>
            {add}
          </Empty>
        }
      >
        {(tags) => (
          <Lines label={t("settings.tags")}>
            {tags.map((tag) => (
              <TagLine key={tag.id} tag={tag} uses={usesOf(tag.id)} />
            ))}
          </Lines>
        )}
      </PagedList>
      {adding && <TagDialog onClose={() => setAdding(false)} />}
    </SettingsPage>
  );
}

function TagLine({ tag, uses }: { tag: Tag; uses: string[] }) {
  const { t } = useTranslation();
  const [editing, setEditing] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const remove = useDeleteTag();
  const { name } = tag;
  // Colleagues may have more of them that nobody else sees.
  const lost = uses.length > 0 ? t("tag.deleteUsed", { uses: listOf(uses) }) : t("tag.deleteUses");
  return (
    <li className="flex items-center gap-2 px-4 py-2.5">
      <span className="flex min-w-0 flex-1">
        <TagChip tag={tag} className="h-6 text-sm" />
      </span>
      <IconButton
        icon={Pencil}
        label={t("tag.editOf", { name })}
        onClick={() => setEditing(true)}
      />
      <IconButton
        icon={Trash2}
        label={t("tag.deleteOf", { name })}
        onClick={() => setDeleting(true)}
      />
      {editing && <TagDialog tag={tag} onClose={() => setEditing(false)} />}
      {deleting && (
        <Confirm
          title={t("tag.deleteTitle", { name })}
          text={`${t("tag.deleteText")} ${lost}`}
          action={t("common.delete")}
          onConfirm={() => remove.mutateAsync(tag.id)}
          onClose={() => setDeleting(false)}
        />
      )}
    </li>
  );
}
