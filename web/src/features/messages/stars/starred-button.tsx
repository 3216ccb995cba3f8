import { Star } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import type { Conversation } from "@/lib/api/types";
import { lazily } from "@/lib/lazily";

const StarredDrawer = lazily(async () => (await import("./starred-drawer")).StarredDrawer);

interface StarredButtonProps {
  conversation: Conversation;
  /** A message of the conversation is gone to. */
  onOpen?: (() => void) | undefined;
}

/** Leads to what oneself has starred in a conversation. */
export function StarredButton({ conversation, onOpen }: StarredButtonProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        look="secondary"
        size="sm"
        data-testid="starred"
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        <Star aria-hidden className="size-4" />
        {t("star.title")}
      </Button>
      {open && (
        <StarredDrawer
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
