import { useTranslation } from "react-i18next";
import { viewsQuery } from "@/features/conversations/views/queries";
import { macrosQuery } from "@/features/macros/queries";
import { TagsPage } from "@/features/tags/tags-page";
import type { Macro } from "@/lib/api/types";
import { useWhole } from "@/lib/paged-query";

/** The tags' page, with what names a tag as far as the person may see it. */
export function TagsRoute() {
  const { t } = useTranslation();
  const macros = useWhole(macrosQuery).data ?? [];
  const views = useWhole(viewsQuery).data ?? [];
  const usesOf = (tag: string) => [
    ...macros
      .filter((macro) => namesTag(macro, tag))
      .map(({ name }) => t("tag.usedByMacro", { name })),
    ...views
      .filter(({ filters }) => filters.tag === tag)
      .map(({ name }) => t("tag.usedByView", { name })),
  ];
  return <TagsPage usesOf={usesOf} />;
}

function namesTag({ actions }: Macro, tag: string): boolean {
  return actions.some((action) => "tags" in action && action.tags.includes(tag));
}
