import { Star } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { PagedList } from "@/components/paged-list";
import { Lines } from "@/components/settings-page";
import { buttonClasses } from "@/components/ui/button";
import { Drawer } from "@/components/ui/drawer";
import { Empty } from "@/components/ui/states";
import type { Conversation } from "@/lib/api/types";
import { contactName } from "@/lib/format";
import { usePaged } from "@/lib/paged-query";
import { starredQuery } from "./queries";
import { StarredLine } from "./starred-line";

interface StarredDrawerProps {
  conversation: Conversation;
  onClose: () => void;
  /** A message is gone to. */
  onLeave: () => void;
}

/** What oneself has starred in a conversation, newest star first. */
export function StarredDrawer({ conversation, onClose, onLeave }: StarredDrawerProps) {
  const { t } = useTranslation();
  const list = usePaged(starredQuery(conversation.id));
  return (
    <Drawer
      title={t("star.title")}
      description={<bdi>{contactName(conversation.contact)}</bdi>}
      step="starred"
      onClose={onClose}
    >
      <div className="min-h-0 flex-1 overflow-y-auto p-4">
        <PagedList
          list={list}
          empty={<Empty icon={Star} title={t("star.noneHere")} text={t("star.noneHint")} />}
        >
          {(stars) => (
            <Lines label={t("star.title")}>
              {stars.map((starred) => (
                <StarredLine key={starred.message.id} starred={starred} onLeave={onLeave} />
              ))}
            </Lines>
          )}
        </PagedList>
      </div>
      <footer className="border-t px-4 py-2.5">
        <Link to="/starred" className={buttonClasses({ look: "quiet", size: "sm" })}>
          {t("star.all")}
        </Link>
      </footer>
    </Drawer>
  );
}
