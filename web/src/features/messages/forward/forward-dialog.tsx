import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { KindIcon, namedKind } from "@/components/message-kind";
import { FormDialog } from "@/components/ui/form-dialog";
import { toastOffer } from "@/components/ui/toast";
import type { Conversation, Message } from "@/lib/api/types";
import { contactName } from "@/lib/format";
import { useInboxSearch } from "@/lib/inbox-address";
import { type Forwarded, forwardedOf } from "./body";
import { useForward } from "./queries";
import { Targets } from "./targets";

/** Time to go there. */
const OFFERED_MS = 8_000;

interface ForwardDialogProps {
  message: Message;
  onClose: () => void;
}

/** Says a message again in another conversation. */
export function ForwardDialog({ message, onClose }: ForwardDialogProps) {
  const forwarded = forwardedOf(message);
  return forwarded && <Form message={message} forwarded={forwarded} onClose={onClose} />;
}

function Form({ message, forwarded, onClose }: ForwardDialogProps & { forwarded: Forwarded }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const search = useInboxSearch();
  const forward = useForward();
  const [target, setTarget] = useState<Conversation | null>(null);
  const submit = () => {
    if (!target) return;
    const { id: to, contact } = target;
    forward.mutate(
      { to, body: forwarded.body },
      {
        onSuccess: () => {
          onClose();
          const said = t("forward.done", { name: contactName(contact) });
          const open = () => void navigate({ pathname: `/inbox/${to}`, search });
          toastOffer(said, t("offer.open"), open, OFFERED_MS);
        },
      },
    );
  };
  return (
    <FormDialog
      title={t("forward.title")}
      action={target ? t("forward.to", { name: contactName(target.contact) }) : t("forward.action")}
      actionTestId="forward-send"
      busy={forward.isPending}
      error={forward.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <blockquote className="flex items-start gap-1.5 rounded-lg bg-sunken px-3 py-2 text-sm text-ink-soft">
        <KindIcon kind={message.type} className="mt-0.5 size-4 shrink-0" />
        <span dir="auto" className="line-clamp-3 min-w-0 wrap-anywhere">
          {message.text?.trim() ||
            message.media[0]?.filename ||
            t(`kind.${namedKind(message.type)}`)}
        </span>
      </blockquote>
      <Targets
        message={message}
        hasFile={forwarded.hasFile}
        chosen={target?.id ?? null}
        onChoose={setTarget}
      />
    </FormDialog>
  );
}
