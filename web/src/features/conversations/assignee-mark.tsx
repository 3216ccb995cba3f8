import type { TFunction } from "i18next";
import { UserRound } from "lucide-react";
import type { Conversation } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { initials } from "@/lib/format";
import { useLogin } from "@/lib/session-user";

interface AssigneeMarkProps {
  t: TFunction;
  user: NonNullable<Conversation["assignee"]>;
}

/** Who answers a conversation, in a row of the inbox. Only one's own have colour: the faces are the customers'. */
export function AssigneeMark({ t, user }: AssigneeMarkProps) {
  const mine = useLogin((login) => login.user?.id === user.id);
  const name = t("conversation.assignedTo", {
    name: mine ? t("conversation.assignMe") : user.name,
  });
  return (
    <span
      role="img"
      aria-label={name}
      title={name}
      className={cn(
        "grid size-5 shrink-0 place-items-center rounded-full border bg-panel text-[0.5625rem] leading-none font-semibold",
        mine ? "border-tide-line text-tide-strong" : "border-line-strong text-ink-soft",
      )}
    >
      {initials(user.name) || <UserRound aria-hidden className="size-3" />}
    </span>
  );
}
