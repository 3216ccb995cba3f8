import { FolderOpen } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import type { Conversation } from "@/lib/api/types";
import { lazily } from "@/lib/lazily";

const Gallery = lazily(async () => (await import("./gallery")).Gallery);

interface FilesButtonProps {
  conversation: Conversation;
  /** A message of the conversation is gone to. */
  onOpen?: (() => void) | undefined;
}

/** Leads to all files of a conversation. */
export function FilesButton({ conversation, onOpen }: FilesButtonProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        look="secondary"
        size="sm"
        data-testid="files"
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        <FolderOpen aria-hidden className="size-4" />
        {t("files.title")}
      </Button>
      {open && (
        <Gallery
          conversation={conversation}
          onClose={() => setOpen(false)}
          onLeave={() => {
            setOpen(false);
            onOpen?.();
          }}
        />
      )}
    </>
  );
}
