import { ExternalLink, UserRoundCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { Button } from "@/components/ui/button";
import { LoadProblem, Spinner } from "@/components/ui/states";
import { toastGood, toastProblem } from "@/components/ui/toast";
import type { Change } from "@/features/conversations/guesses";
import { MovePicker } from "@/features/conversations/move-bar";
import { offers } from "@/features/conversations/offers";
import { useChangeConversation, useConversation } from "@/features/conversations/queries";
import { isUnseen, toSee } from "@/features/conversations/seen";
import { useMarkSeen } from "@/features/conversations/use-seen";
import { ColleaguesContext } from "@/features/messages/colleagues";
import { SilentThread } from "@/features/messages/silent-thread";
import { Whisper } from "@/features/messages/whisper";
import type { Team, UserView } from "@/lib/api/types";
import { contactName } from "@/lib/format";
import { useLogin } from "@/lib/session-user";

interface SilentReadProps {
  id: string;
  users: UserView[];
  teams: Team[];
}

/** A conversation as a supervisor reads it: nobody notices, and what is unread stays so for the others. */
export function SilentRead({ id, users, teams }: SilentReadProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const me = useLogin((login) => login.user);
  const conversation = useConversation(id);
  const send = useChangeConversation();
  const seen = useMarkSeen(id);
  if (conversation.isPending) return <Spinner className="flex-1" />;
  if (!conversation.data) {
    return <LoadProblem error={conversation.error} onRetry={() => conversation.refetch()} />;
  }
  const { contact, assignee } = conversation.data;
  const open = () => void navigate(`/inbox/${id}`);
  const takeOver = async () => {
    if (!me) return;
    try {
      await offers.whileTaking(() => send(id, { assignee: { id: me.id, name: me.name } }));
      open();
    } catch (error) {
      toastProblem(error);
    }
  };
  const move = (change: Change, to: string) =>
    send(id, change).then(() => toastGood(t("watch.moved", { count: 1, name: to })), toastProblem);
  const mine = assignee?.id === me?.id;
  return (
    <ColleaguesContext value={users}>
      <div className="flex flex-wrap items-center gap-2 border-b px-4 py-2">
        <p className="min-w-0 flex-1 truncate text-sm text-ink-soft">
          {t("conversation.assignedTo", { name: assignee?.name ?? t("conversation.unassigned") })}
        </p>
        <MovePicker users={users} teams={teams} onMove={(change, to) => void move(change, to)} />
        {mine ? (
          <Button size="sm" onClick={open}>
            <ExternalLink aria-hidden className="size-4" />
            {t("watch.openInbox")}
          </Button>
        ) : (
          <Button size="sm" data-testid="take-over" onClick={() => void takeOver()}>
            <UserRoundCheck aria-hidden className="size-4" />
            {t("watch.takeOver")}
          </Button>
        )}
      </div>
      <div className="flex min-h-0 flex-1 flex-col bg-canvas">
        <SilentThread
          key={id}
          conversationId={id}
          contactName={contactName(contact)}
          toSee={{ ...toSee(conversation.data), due: isUnseen(conversation.data) }}
          onSeen={seen.mutate}
        />
      </div>
      <Whisper key={id} conversation={conversation.data} />
    </ColleaguesContext>
  );
}
