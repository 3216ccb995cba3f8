import { SquarePen } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { IconButton } from "@/components/ui/icon-button";
import type { Session } from "@/lib/api/types";
import { useInboxSearch } from "@/lib/inbox-address";
import { lazily } from "@/lib/lazily";

const StartDialog = lazily(
  async () => (await import("@/features/messages/start/start-dialog")).StartDialog,
);

/** Opens the form to write to somebody new, and then the conversation. */
export function NewConversation({ sessions }: { sessions: Session[] }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const search = useInboxSearch();
  const [open, setOpen] = useState(false);
  const usable = sessions.filter((session) => session.status === "active");
  if (usable.length === 0) return null;
  return (
    <>
      <IconButton
        icon={SquarePen}
        label={t("start.open")}
        data-testid="new-conversation"
        onClick={() => setOpen(true)}
      />
      {open && (
        <StartDialog
          sessions={usable}
          onClose={() => setOpen(false)}
          onStarted={(id) => {
            setOpen(false);
            void navigate({ pathname: `/inbox/${id}`, search });
          }}
        />
      )}
    </>
  );
}
