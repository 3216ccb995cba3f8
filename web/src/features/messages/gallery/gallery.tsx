import { FolderOpen } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { PagedList } from "@/components/paged-list";
import { Drawer } from "@/components/ui/drawer";
import { Segments } from "@/components/ui/segments";
import { Empty } from "@/components/ui/states";
import type { Conversation, Message } from "@/lib/api/types";
import { contactName } from "@/lib/format";
import { usePaged } from "@/lib/paged-query";
import { FileLine } from "./file-line";
import { filesQuery, isOn, SHELVES, type Shelf } from "./queries";
import { Tile } from "./tile";
import { useReach } from "./use-reach";

interface GalleryProps {
  conversation: Conversation;
  onClose: () => void;
  /** A message is gone to. */
  onLeave: () => void;
}

/** All files of a conversation, newest first. */
export function Gallery({ conversation, onClose, onLeave }: GalleryProps) {
  const { t } = useTranslation();
  const [shelf, setShelf] = useState<Shelf>("seen");
  return (
    <Drawer
      title={t("files.title")}
      description={<bdi>{contactName(conversation.contact)}</bdi>}
      step="files"
      onClose={onClose}
    >
      <div className="px-4 py-3">
        <Segments
          label={t("files.kind")}
          options={SHELVES.map((value) => ({ value, name: t(`files.shelf.${value}`) }))}
          chosen={shelf}
          onChoose={setShelf}
        />
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-4 pb-6">
        <Files key={shelf} conversation={conversation} shelf={shelf} onLeave={onLeave} />
      </div>
    </Drawer>
  );
}

interface FilesProps {
  conversation: Conversation;
  shelf: Shelf;
  onLeave: () => void;
}

function Files({ conversation, shelf, onLeave }: FilesProps) {
  const { t } = useTranslation();
  const end = useRef<HTMLDivElement>(null);
  const list = usePaged(filesQuery(conversation.id, shelf));
  useReach(end, list);
  const empty = <Empty icon={FolderOpen} title={t(`files.none.${shelf}`)} />;
  const name = contactName(conversation.contact);
  const show = (messages: Message[]) => {
    const shown = messages.filter((message) => isOn(shelf, message));
    if (shown.length === 0) return list.hasNextPage ? null : empty;
    return shelf === "seen" ? (
      <ul aria-label={t("files.shelf.seen")} className="grid grid-cols-3 gap-1.5">
        {shown.map((message) => (
          <Tile key={message.id} message={message} contactName={name} />
        ))}
      </ul>
    ) : (
      <ul aria-label={t(`files.shelf.${shelf}`)} className="grid gap-4">
        {shown.map((message) => (
          <FileLine key={message.id} message={message} contactName={name} onLeave={onLeave} />
        ))}
      </ul>
    );
  };
  return (
    <>
      <PagedList list={list} empty={empty}>
        {show}
      </PagedList>
      <div ref={end} />
    </>
  );
}
