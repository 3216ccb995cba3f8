import { useTranslation } from "react-i18next";
import type { Message } from "@/lib/api/types";

/** The emoji that both sides put on a message. */
interface ReactionsProps {
  message: Message;
  /** Absent: ours can't be taken away here. */
  onRemove: (() => void) | undefined;
}

export function Reactions({ message, onRemove }: ReactionsProps) {
  const { t } = useTranslation();
  if (message.reactions.length === 0) return null;
  return (
    <div className="relative z-1 -mt-1.5 flex gap-1 px-2">
      {message.reactions.map(({ emoji, by }) =>
        by === "business" ? (
          <button
            key={by}
            type="button"
            disabled={!onRemove}
            onClick={onRemove}
            aria-label={t("message.removeReaction", { emoji })}
            className="rounded-full border border-tide-line bg-tide-soft px-1.5 text-base leading-6 hover:bg-own"
          >
            {emoji}
          </button>
        ) : (
          <span
            key={by}
            role="img"
            aria-label={t("message.reactionOfContact", { emoji })}
            className="rounded-full border border-line bg-raised px-1.5 text-base leading-6"
          >
            {emoji}
          </span>
        ),
      )}
    </div>
  );
}
