import { ChevronDown, Copy, Forward, Reply, SmilePlus, Star, StarOff } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { EmojiPicker } from "@/components/emoji/lazy-emoji-picker";
import { IconButton } from "@/components/ui/icon-button";
import { Menu, MenuItem } from "@/components/ui/menu";
import { Popover } from "@/components/ui/popover";
import { toastBad, toastGood } from "@/components/ui/toast";
import type { Message } from "@/lib/api/types";
import { copyText } from "@/lib/clipboard";
import { lazily } from "@/lib/lazily";
import { forwardedOf } from "../forward/body";

const ForwardDialog = lazily(async () => (await import("../forward/forward-dialog")).ForwardDialog);

const QUICK = ["👍", "❤️", "😂", "😮", "🙏", "✅"];

interface ActionsProps {
  message: Message;
  starred: boolean;
  onReply: () => void;
  onReact: (emoji: string) => void;
  onStar: () => void;
}

/** What can be done with a message; appears when it is pointed at or focused. */
export function MessageActions(props: ActionsProps) {
  const { message, starred, onReply, onReact, onStar } = props;
  const { t } = useTranslation();
  const sent = message.provider_id !== null;
  const text = message.text;
  const [forwards, setForwards] = useState(false);
  return (
    <div className="flex shrink-0 items-center self-center opacity-0 transition-opacity group-focus-within:opacity-100 group-hover:opacity-100 has-[[data-state=open]]:opacity-100 [@media(hover:none)]:opacity-60">
      {sent && <ReactButton onReact={onReact} />}
      <Menu
        align={message.direction === "inbound" ? "start" : "end"}
        trigger={<IconButton small icon={ChevronDown} label={t("message.actions")} />}
      >
        {message.direction !== "note" && (
          <MenuItem icon={Reply} onSelect={onReply} disabled={!sent}>
            {t("message.reply")}
          </MenuItem>
        )}
        <MenuItem
          icon={Copy}
          disabled={!text}
          onSelect={() =>
            copyText(text ?? "").then(
              () => toastGood(t("common.copied")),
              () => toastBad(t("common.copyRefused")),
            )
          }
        >
          {t("message.copyText")}
        </MenuItem>
        <MenuItem icon={starred ? StarOff : Star} onSelect={onStar}>
          {t(starred ? "star.remove" : "star.add")}
        </MenuItem>
        {forwardedOf(message) && (
          <MenuItem icon={Forward} onSelect={() => setForwards(true)}>
            {t("forward.open")}
          </MenuItem>
        )}
      </Menu>
      {forwards && <ForwardDialog message={message} onClose={() => setForwards(false)} />}
    </div>
  );
}

function ReactButton({ onReact }: { onReact: (emoji: string) => void }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [all, setAll] = useState(false);
  const choose = (emoji: string) => {
    setOpen(false);
    onReact(emoji);
  };
  return (
    <Popover
      label={t("message.react")}
      align="center"
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        setAll(false);
      }}
      trigger={<IconButton small icon={SmilePlus} label={t("message.react")} />}
    >
      {all ? (
        <EmojiPicker onPick={choose} />
      ) : (
        <div className="flex gap-0.5 p-1.5">
          {QUICK.map((emoji) => (
            <button
              key={emoji}
              type="button"
              aria-label={t("message.reactWith", { emoji })}
              onClick={() => choose(emoji)}
              className="grid size-9 place-items-center rounded-lg text-xl hover:bg-sunken"
            >
              {emoji}
            </button>
          ))}
          <IconButton
            icon={SmilePlus}
            label={t("message.moreEmoji")}
            onClick={() => setAll(true)}
          />
        </div>
      )}
    </Popover>
  );
}
