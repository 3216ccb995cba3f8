import { Check, ChevronDown, CircleDot, Clock3, UserRound } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { Menu, MenuItem, MenuLine } from "@/components/ui/menu";
import { toastProblem } from "@/components/ui/toast";
import type { Conversation, ConversationStatus, UserView } from "@/lib/api/types";
import { useLogin } from "@/lib/session-user";
import { type ConversationPatch, useChangeConversation } from "./queries";

const STATUSES: { status: ConversationStatus; icon: typeof Check }[] = [
  { status: "open", icon: CircleDot },
  { status: "pending", icon: Clock3 },
  { status: "closed", icon: Check },
];

function useChange(id: string) {
  const change = useChangeConversation(id);
  return (patch: ConversationPatch) => change.mutate(patch, { onError: toastProblem });
}

/** Open, pending or closed. */
export function StatusMenu({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation();
  const change = useChange(conversation.id);
  const current = STATUSES.find(({ status }) => status === conversation.status);
  const Icon = current?.icon ?? CircleDot;
  return (
    <Menu
      align="end"
      trigger={
        <Button look="secondary" size="sm" className="px-2.5">
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
          onSelect={() => change({ status })}
        >
          {t(`conversation.${status}`)}
        </MenuItem>
      ))}
    </Menu>
  );
}

/** Who answers it. */
export function AssigneeMenu({
  conversation,
  users,
}: {
  conversation: Conversation;
  users: UserView[];
}) {
  const { t } = useTranslation();
  const me = useLogin((login) => login.user);
  const change = useChange(conversation.id);
  const others = users.filter((user) => !user.disabled && user.id !== me?.id);
  return (
    <Menu
      align="end"
      trigger={
        <Button look="secondary" size="sm" className="w-full justify-start px-2.5">
          <UserRound aria-hidden className="size-4" />
          <span className="min-w-0 flex-1 truncate text-start">
            <span className="sr-only">{t("conversation.assignee")}: </span>
            {conversation.assignee?.name ?? t("conversation.unassigned")}
          </span>
          <ChevronDown aria-hidden className="size-3.5 opacity-60" />
        </Button>
      }
    >
      {me && (
        <MenuItem
          checked={conversation.assignee?.id === me.id}
          onSelect={() => change({ assignee_id: me.id })}
        >
          {t("conversation.assignMe")}
        </MenuItem>
      )}
      <MenuItem
        checked={conversation.assignee === null}
        onSelect={() => change({ assignee_id: null })}
      >
        {t("conversation.unassigned")}
      </MenuItem>
      {others.length > 0 && <MenuLine />}
      {others.map((user) => (
        <MenuItem
          key={user.id}
          checked={conversation.assignee?.id === user.id}
          onSelect={() => change({ assignee_id: user.id })}
        >
          {user.name}
        </MenuItem>
      ))}
    </Menu>
  );
}
