import { StickyNote } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { inputClasses } from "@/components/ui/field";
import type { Conversation } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { letters, MAX_TEXT } from "./composer/attachment-kinds";
import { useTakeMessage } from "./queries";
import { sendMessage } from "./sending";

/** A note that calls whoever has the conversation; the customer never sees it. */
export function Whisper({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation();
  const take = useTakeMessage();
  const [text, setText] = useState("");
  const { id, session_id: sessionId, assignee } = conversation;
  const words = assignee ? `@${assignee.name} ${text.trim()}` : text.trim();
  const can = text.trim() !== "" && letters(words) <= MAX_TEXT;
  const label = assignee ? t("watch.whisperTo", { name: assignee.name }) : t("watch.whisper");
  const send = () => {
    if (!can) return;
    const mentions = assignee ? { mentions: [assignee.id] } : {};
    const body = { type: "note", text: { body: words, ...mentions } };
    void sendMessage({ conversationId: id, sessionId, body }, take);
    setText("");
  };
  return (
    <form
      className="flex items-end gap-2 border-t-2 border-note-line bg-note p-2.5"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        rows={2}
        aria-label={label}
        placeholder={label}
        value={text}
        data-testid="whisper"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          send();
        }}
        className={cn(inputClasses, "min-h-10 flex-1 resize-none py-2")}
      />
      <Button type="submit" look="secondary" disabled={!can}>
        <StickyNote aria-hidden className="size-4" />
        {t("watch.send")}
      </Button>
    </form>
  );
}
