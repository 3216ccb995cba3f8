import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "react-router";
import { Dialog } from "@/components/ui/dialog";
import { LoadProblem, Spinner } from "@/components/ui/states";
import { ContactPane } from "@/features/contacts/contact-pane";
import { CareFields } from "@/features/conversations/care-fields";
import { ConversationActions } from "@/features/conversations/conversation-actions";
import { OtherConversations } from "@/features/conversations/other-conversations";
import { useConversation } from "@/features/conversations/queries";
import { ReservedBar } from "@/features/conversations/reserved-bar";
import { toSee } from "@/features/conversations/seen";
import { type Colleague, ColleaguesContext } from "@/features/messages/colleagues";
import { Composer } from "@/features/messages/composer/composer";
import { DropZone } from "@/features/messages/composer/drop-zone";
import { FilesButton } from "@/features/messages/gallery/files-button";
import { useAttend } from "@/features/messages/presence/attendance";
import { ScheduledLine } from "@/features/messages/scheduled/scheduled-line";
import { StarredButton } from "@/features/messages/stars/starred-button";
import { Thread } from "@/features/messages/thread/thread";
import { tagsQuery } from "@/features/tags/queries";
import { teamsQuery } from "@/features/teams/queries";
import { usersQuery } from "@/features/users/queries";
import type { Conversation, Session } from "@/lib/api/types";
import { contactName } from "@/lib/format";
import { useWhole } from "@/lib/paged-query";
import { useNow } from "@/lib/use-now";
import { needsTemplate, windowState } from "@/lib/window";
import { MacroButton, MacroIcon } from "../macros/macro-buttons";
import { Transfer, TransferButton, TransferIcon } from "../transfer/transfer-button";
import { ConversationHeader } from "./conversation-header";
import { NumberNotice } from "./number-notice";
import { useFocusOnArrival } from "./use-inbox-focus";
import { useReading } from "./use-reading";
import { useTaken } from "./use-taken";

export interface ViewProps {
  id: string;
  search: string;
  sessions: Session[];
}

/** An open conversation. Give it the id as `key`. */
export function ConversationView({ id, search, sessions }: ViewProps) {
  const conversation = useConversation(id);
  if (conversation.isPending) return <Spinner className="flex-1" />;
  if (!conversation.data) {
    return (
      <div className="grid flex-1 place-items-center">
        <LoadProblem error={conversation.error} onRetry={() => conversation.refetch()} />
      </div>
    );
  }
  return <Loaded conversation={conversation.data} search={search} sessions={sessions} />;
}

const NOBODY: Colleague[] = [];

interface LoadedProps {
  conversation: Conversation;
  search: string;
  sessions: Session[];
}

function Loaded({ conversation, search, sessions }: LoadedProps) {
  const { t } = useTranslation();
  const [showsContact, setShowsContact] = useState(false);
  const read = useReading(conversation);
  const taken = useTaken(conversation);
  useAttend(conversation.id);
  const users = useWhole(usersQuery);
  const { state, hash, key } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same address once more leads there once more.
  const target = useMemo(() => (hash ? { id: hash.slice(1) } : null), [hash, key]);
  useFocusOnArrival(Boolean(state?.writing));
  const name = contactName(conversation.contact);
  const session = sessions.find((each) => each.id === conversation.session_id);
  const closed = needsTemplate(windowState(conversation.window_expires_at, useNow()));
  return (
    <ColleaguesContext value={users.data ?? NOBODY}>
      <div className="flex min-h-0 min-w-0 flex-1 flex-col bg-canvas">
        <ConversationHeader
          conversation={conversation}
          session={session}
          search={search}
          actions={
            <>
              <MacroIcon id={conversation.id} />
              <TransferIcon id={conversation.id} />
              <ConversationActions conversation={conversation} />
            </>
          }
          onContact={() => setShowsContact(true)}
        />
        <DropZone conversationId={conversation.id} disabled={closed}>
          <Thread
            conversationId={conversation.id}
            contactName={name}
            toSee={toSee(conversation)}
            onSeen={read}
            target={target}
          />
          <NumberNotice session={session} />
          <ReservedBar conversation={conversation} />
          <ScheduledLine conversation={conversation} />
          <Composer conversation={conversation} contactName={name} taken={taken} />
        </DropZone>
      </div>
      <section
        aria-label={t("contact.pane")}
        className="hidden w-72 shrink-0 flex-col border-s bg-panel xl:flex 2xl:w-80"
      >
        <Contact conversation={conversation} sessions={sessions} search={search} />
      </section>
      {showsContact && (
        <Dialog title={t("contact.pane")} onClose={() => setShowsContact(false)}>
          <Contact
            conversation={conversation}
            sessions={sessions}
            search={search}
            onOpen={() => setShowsContact(false)}
          />
        </Dialog>
      )}
      <Transfer conversation={conversation} />
    </ColleaguesContext>
  );
}

interface ContactProps {
  conversation: Conversation;
  sessions: Session[];
  search: string;
  /** Another conversation is opened. */
  onOpen?: () => void;
}

function Contact({ conversation, sessions, search, onOpen }: ContactProps) {
  const users = useWhole(usersQuery);
  const teams = useWhole(teamsQuery);
  const tags = useWhole(tagsQuery);
  return (
    <ContactPane
      conversation={conversation}
      session={sessions.find((each) => each.id === conversation.session_id)}
      actions={
        <>
          <CareFields
            conversation={conversation}
            users={users.data ?? []}
            teams={teams.data ?? []}
            tags={tags.data ?? []}
          />
          <div className="flex flex-wrap gap-2 md:hidden">
            <TransferButton id={conversation.id} />
            <MacroButton id={conversation.id} />
          </div>
          <div className="grid grid-cols-2 gap-1.5">
            <FilesButton conversation={conversation} onOpen={onOpen} />
            <StarredButton conversation={conversation} onOpen={onOpen} />
          </div>
        </>
      }
      others={
        <OtherConversations
          conversation={conversation}
          sessions={sessions}
          search={search}
          {...(onOpen && { onOpen })}
        />
      }
    />
  );
}
