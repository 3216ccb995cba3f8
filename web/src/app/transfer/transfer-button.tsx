import { ArrowRightLeft } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { IconButton } from "@/components/ui/icon-button";
import { Spinner } from "@/components/ui/states";
import type { Conversation } from "@/lib/api/types";
import { lazily } from "@/lib/lazily";
import { closeTransfer, openTransfer, useTransfer } from "./transfer";

const TransferDialog = lazily(
  async () => (await import("./transfer-dialog")).TransferDialog,
  <Coming />,
);

/** It is there before its code: what is typed meanwhile must not go into an answer. */
function Coming() {
  const { t } = useTranslation();
  return (
    <Dialog title={t("transfer.title")} onClose={closeTransfer}>
      <Spinner className="h-40" />
    </Dialog>
  );
}

/** In the header, where there is room; on a phone the contact's pane has it. */
export function TransferIcon({ id }: { id: string }) {
  const { t } = useTranslation();
  return (
    <IconButton
      icon={ArrowRightLeft}
      label={t("transfer.open")}
      onClick={() => openTransfer(id)}
      className="max-md:hidden"
    />
  );
}

export function TransferButton({ id }: { id: string }) {
  const { t } = useTranslation();
  return (
    <Button look="secondary" size="sm" className="md:hidden" onClick={() => openTransfer(id)}>
      <ArrowRightLeft aria-hidden className="size-4" />
      {t("transfer.open")}
    </Button>
  );
}

/** The dialog, while it is open for this conversation. */
export function Transfer({ conversation }: { conversation: Conversation }) {
  const open = useTransfer(({ id }) => id === conversation.id);
  // Another conversation must not find it open when this one is left.
  useEffect(() => closeTransfer, []);
  return open && <TransferDialog conversation={conversation} />;
}
