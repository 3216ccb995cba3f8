import { useTranslation } from "react-i18next";
import { KindIcon, namedKind } from "@/components/message-kind";
import type { Direction, Message } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { useLogin } from "@/lib/session-user";
import { authorName } from "../author";

interface QuotedProps {
  direction: Direction | null;
  text: string | null;
  type?: string | undefined;
  /** Who wrote it, when that is known. */
  author?: Message["author"] | undefined;
  contactName: string;
  onJump?: (() => void) | undefined;
}

/** The message that this one answers; jumps there. */
export function Quoted({ direction, text, type, author, contactName, onJump }: QuotedProps) {
  const { t } = useTranslation();
  const me = useLogin((login) => login.user?.id);
  const own =
    author && author.id === me ? t("message.you") : (authorName(author ?? null) ?? t("message.we"));
  const who = direction === "inbound" ? contactName : direction ? own : t("message.earlier");
  const content = (
    <>
      <span className="block truncate text-xs font-semibold text-tide-strong">{who}</span>
      <span className="flex items-center gap-1.5 text-sm text-ink-soft">
        {type && <KindIcon kind={type} />}
        <span className="truncate" dir="auto">
          {text ?? (type ? t(`kind.${namedKind(type)}`) : t("message.notHere"))}
        </span>
      </span>
    </>
  );
  const classes =
    "block w-0 min-w-full rounded-lg border-s-3 border-tide bg-ink/5 px-2.5 py-1.5 text-start";
  if (!onJump) return <div className={classes}>{content}</div>;
  return (
    <button
      type="button"
      onClick={onJump}
      title={t("message.jump")}
      className={cn(classes, "mb-1 hover:bg-ink/10")}
    >
      {content}
      <span className="sr-only">{t("message.jump")}</span>
    </button>
  );
}
