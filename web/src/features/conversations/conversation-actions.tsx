import { AlarmClock, Check, ChevronDown, CircleDot, Clock3, Mail } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { Menu, MenuItem, MenuLine } from "@/components/ui/menu";
import type { Conversation, ConversationStatus } from "@/lib/api/types";
import { useSetStatus } from "./queries";
import { SnoozeMenu } from "./snooze-menu";
import { useMarkUnread } from "./use-seen";

const STATUSES: { status: ConversationStatus; icon: typeof Check }[] = [
  { status: "open", icon: CircleDot },
  { status: "pending", icon: Clock3 },
  { status: "snoozed", icon: AlarmClock },
  { status: "closed", icon: Check },
];

/** What is done most: put it off, close it. */
export function ConversationActions({ conversation }: { conversation: Conversation }) {
  return (
    <>
      <SnoozeMenu conversation={conversation} />
      <StatusMenu conversation={conversation} />
    </>
  );
}

/** Where it stands, and what that means; and the way to leave it for later. */
function StatusMenu({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation();
  const setStatus = useSetStatus();
  const markUnread = useMarkUnread();
  const current = STATUSES.find(({ status }) => status === conversation.status);
  const Icon = current?.icon ?? CircleDot;
  return (
    <Menu
      align="end"
      trigger={
        <Button look="secondary" size="sm" className="px-2.5" data-testid="status">
          <Icon aria-hidden className="size-4" />
          <span className="sr-only">{t("conversation.statusLabel")}</span>
          <span className="max-sm:sr-only">{t(`conversation.${conversation.status}`)}</span>
          <ChevronDown aria-hidden className="-me-0.5 size-3.5 opacity-60" />
        </Button>
      }
    >
      {STATUSES.map(({ status, icon }) => (
        <MenuItem
          key={status}
          icon={icon}
          checked={status === conversation.status}
          hint={t(`care.statusHint.${status}`)}
          onSelect={() => {
            if (status !== conversation.status) void setStatus(conversation, { status });
          }}
        >
          {t(`conversation.${status}`)}
        </MenuItem>
      ))}
      <MenuLine />
      <MenuItem
        icon={Mail}
        hint={t("conversation.markUnreadHint")}
        onSelect={() => markUnread(conversation.id)}
      >
        {t("conversation.markUnread")}
      </MenuItem>
    </Menu>
  );
}
