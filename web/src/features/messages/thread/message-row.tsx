import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { Message } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { clockTime } from "@/lib/format";
import { useLogin } from "@/lib/session-user";
import { authorName } from "../author";
import { Bubble } from "../bubble/bubble";
import { FailureLine } from "../bubble/failure";
import { Reactions } from "../bubble/reactions";
import { focusComposer } from "../composer/focus";
import { quoteOf, useDrafts } from "../drafts";
import { useReadOnly } from "../read-only";
import { useStar } from "../stars/queries";
import { useReact } from "../use-react";
import { MessageActions } from "./message-actions";

export interface RowProps {
  message: Message;
  first: boolean;
  contactName: string;
  quotedType: string | undefined;
  quotedAuthor: Message["author"] | undefined;
  /** A newer message repeats this failed one. */
  retried: boolean;
  /** By oneself. */
  starred: boolean;
  highlighted: boolean;
  onJump: (id: string) => void;
}

export const MessageRow = memo(function MessageRow(props: RowProps) {
  const { message, first, contactName, retried, starred, highlighted, onJump } = props;
  const { quotedType, quotedAuthor } = props;
  const { t } = useTranslation();
  const react = useReact();
  const star = useStar();
  const changeDraft = useDrafts((drafts) => drafts.change);
  const readOnly = useReadOnly();
  const author = useAuthor(message, first);
  if (message.type === "system") return <SystemNotice message={message} />;
  if (message.type === "reaction") return <LostReaction message={message} />;

  const own = message.direction !== "inbound";
  const troubled =
    message.direction === "outbound" && ["failed", "unknown"].includes(message.status);
  const quoted = message.reply_to?.id;
  return (
    <article
      id={message.id}
      data-testid="message"
      data-id={message.id}
      data-direction={message.direction}
      data-status={message.status}
      data-client-key={message.client_key ?? undefined}
      aria-label={t("message.label", {
        name: own ? (authorName(message.author) ?? t("message.you")) : contactName,
        time: clockTime(message.created_at),
      })}
      className={cn(
        "group flex w-full flex-col px-4 lg:px-6",
        own ? "items-end" : "items-start",
        first ? "pt-3" : "pt-0.75",
        highlighted && "animate-flash",
      )}
    >
      <div className={cn("flex w-full gap-1", own && "flex-row-reverse")}>
        <div className="max-w-[min(36rem,84%)]">
          <Bubble
            message={message}
            contactName={contactName}
            quotedType={quotedType}
            quotedAuthor={quotedAuthor}
            author={author}
            starred={starred}
            onJump={quoted ? () => onJump(quoted) : undefined}
          >
            {troubled && <FailureLine message={message} retried={retried} />}
          </Bubble>
        </div>
        {!readOnly && (
          <MessageActions
            message={message}
            onReply={() => {
              changeDraft(message.conversation_id, { reply: quoteOf(message), note: false });
              focusComposer();
            }}
            starred={starred}
            onStar={() => star.mutate({ message, starred: !starred })}
            onReact={(emoji) => react.mutate({ message, emoji })}
          />
        )}
      </div>
      <Reactions
        message={message}
        onRemove={readOnly ? undefined : () => react.mutate({ message, emoji: "" })}
      />
    </article>
  );
});

/** Whose name stands above a group; one's own does not. */
function useAuthor(message: Message, first: boolean): string | null {
  const { t } = useTranslation();
  const me = useLogin((login) => login.user?.id);
  if (message.direction === "note") {
    return t("message.noteBy", { name: authorName(message.author) ?? t("message.you") });
  }
  const { author, direction } = message;
  if (!first || direction === "inbound" || !author || author.id === me) return null;
  if (author.type === "app") return t("message.fromPhone");
  return authorName(author);
}

function SystemNotice({ message }: { message: Message }) {
  const { t } = useTranslation();
  return (
    <p
      data-testid="message"
      data-id={message.id}
      data-direction={message.direction}
      className="mx-auto my-2 w-fit max-w-[80%] rounded-lg bg-sunken px-3 py-1 text-center text-xs text-ink-soft"
    >
      {message.text ?? t("kind.system")}
    </p>
  );
}

function LostReaction({ message }: { message: Message }) {
  const { t } = useTranslation();
  return (
    <p className="px-6 pt-1 text-end text-xs text-danger">
      {t("message.reactionFailed", { emoji: message.text ?? "" })} {message.error?.advice}
    </p>
  );
}
