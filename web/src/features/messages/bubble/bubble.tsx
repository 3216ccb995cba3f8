import { Forward, Megaphone, Star } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Ticks } from "@/components/ticks";
import type { Message } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { clockTime, fullTime } from "@/lib/format";
import { readReferral } from "../content";
import { MessageContent } from "./message-content";
import { Quoted } from "./quoted";

interface BubbleProps {
  message: Message;
  contactName: string;
  /** The quoted message's kind, when it is in the thread. */
  quotedType?: string | undefined;
  quotedAuthor?: Message["author"] | undefined;
  onJump?: (() => void) | undefined;
  /** Says who wrote it, above the words. */
  author?: string | null;
  /** By oneself. */
  starred?: boolean;
  /** What stands below the words inside the frame: why it failed, and what to do. */
  children?: ReactNode;
}

const FRAME = {
  inbound: "bg-raised border-line rounded-ss-md",
  outbound: "bg-own border-own-line rounded-se-md",
  note: "bg-note border-note-line border-dashed rounded-se-md",
};

/** A message's body: quote, content, time and ticks. */
export function Bubble({
  message,
  contactName,
  quotedType,
  quotedAuthor,
  onJump,
  author,
  starred,
  children,
}: BubbleProps) {
  const { t } = useTranslation();
  const { direction, context, reply_to: reply } = message;
  const bare = message.type === "sticker" && !message.revoked_at;
  const failed = message.status === "failed";
  return (
    <div
      className={cn(
        "relative w-fit max-w-full rounded-2xl border px-3 py-1.5",
        FRAME[direction],
        failed && "border-danger-line bg-danger-soft",
        bare && "border-transparent bg-transparent px-0",
        reply && "min-w-56",
      )}
    >
      {author && (
        <p
          className={cn(
            "text-xs font-semibold",
            direction === "note" ? "text-note-ink" : "text-tide-strong",
          )}
        >
          {author}
        </p>
      )}
      {(context?.forwarded || context?.frequently_forwarded) && (
        <p className="flex items-center gap-1 text-2xs text-ink-soft italic">
          <Forward aria-hidden className="size-3 rtl:-scale-x-100" />
          {context.frequently_forwarded ? t("message.forwardedOften") : t("message.forwarded")}
        </p>
      )}
      <ReferralLine referral={context?.referral} />
      {reply && (
        <Quoted
          direction={reply.direction}
          text={reply.text}
          type={quotedType}
          author={quotedAuthor}
          contactName={contactName}
          onJump={onJump}
        />
      )}
      <MessageContent message={message} />
      <Footer message={message} starred={starred} />
      {children}
    </div>
  );
}

function Footer({ message, starred }: Pick<BubbleProps, "message" | "starred">) {
  const { t } = useTranslation();
  const at = message.provider_timestamp ?? message.created_at;
  return (
    <div className="mt-0.5 flex items-center justify-end gap-1 text-2xs tabular-nums text-ink-soft">
      {starred && (
        <Star
          role="img"
          aria-label={t("star.starred")}
          className="size-3 fill-current text-ember-ink"
        />
      )}
      {message.edited_at && !message.revoked_at && <span>{t("message.edited")}</span>}
      <time dateTime={at} title={fullTime(at)}>
        {clockTime(at)}
      </time>
      {message.direction === "outbound" && <Ticks status={message.status} />}
    </div>
  );
}

function ReferralLine({ referral }: { referral: unknown }) {
  const { t } = useTranslation();
  const shown = readReferral(referral);
  if (!shown) return null;
  return (
    <div className="mb-1 flex max-w-72 items-start gap-2 rounded-lg bg-ember-soft px-2.5 py-1.5 text-ember-ink">
      <Megaphone aria-hidden className="mt-0.5 size-3.5 shrink-0" />
      <div className="min-w-0 text-xs">
        <p className="font-semibold">{t("message.fromAd")}</p>
        {shown.url ? (
          <a
            href={shown.url}
            target="_blank"
            rel="noopener noreferrer"
            className="block truncate hover:underline"
          >
            {shown.headline ?? shown.url}
          </a>
        ) : (
          <p className="truncate">{shown.headline}</p>
        )}
        {shown.body && <p className="line-clamp-2">{shown.body}</p>}
      </div>
    </div>
  );
}
