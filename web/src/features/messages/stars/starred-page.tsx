import { Star } from "lucide-react";
import { useTranslation } from "react-i18next";
import { PagedList } from "@/components/paged-list";
import { Lines } from "@/components/settings-page";
import { Empty } from "@/components/ui/states";
import { usePaged } from "@/lib/paged-query";
import { allStarredQuery } from "./queries";
import { StarredLine } from "./starred-line";

/** What oneself has starred in all conversations, newest star first. */
export function StarredPage() {
  const { t } = useTranslation();
  const list = usePaged(allStarredQuery);
  return (
    <div className="mx-auto w-full max-w-4xl px-4 py-6 sm:px-8 sm:py-8">
      <h1 className="text-2xl font-semibold tracking-tight">{t("star.page")}</h1>
      <p className="mt-1 mb-4 text-ink-soft">{t("star.pageHint")}</p>
      <PagedList
        list={list}
        empty={<Empty icon={Star} title={t("star.none")} text={t("star.noneHint")} />}
      >
        {(stars) => (
          <Lines label={t("star.page")}>
            {stars.map((starred) => (
              <StarredLine key={starred.message.id} starred={starred} showContact />
            ))}
          </Lines>
        )}
      </PagedList>
    </div>
  );
}
