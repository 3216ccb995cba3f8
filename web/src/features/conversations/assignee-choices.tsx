import { UserRound } from "lucide-react";
import { useTranslation } from "react-i18next";
import { placeOf } from "@/components/agent-state";
import { Avatar } from "@/components/ui/avatar";
import type { Option } from "@/components/ui/picker";
import type { AgentStatus, UserBrief, UserView } from "@/lib/api/types";
import { useLogin } from "@/lib/session-user";

/** The choice that means nobody and no team. */
export const NONE = "none";

/** How everybody stands, by who they are. */
export type States = ReadonlyMap<string, AgentStatus>;

const UNTOLD: States = new Map();

/** Who can be given a conversation: oneself first, nobody, then the others; of these, who is there first. */
export function useAssigneeChoices(from: UserView[], states: States = UNTOLD) {
  const { t } = useTranslation();
  const me = useLogin((login) => login.user);
  const others = from
    .filter((user) => !user.disabled && user.id !== me?.id)
    .sort((a, b) => placeOf(states.get(a.id)) - placeOf(states.get(b.id)));
  const standing = (id: string) => {
    const state = states.get(id);
    return state && { detail: t(`agent.state.${state}`) };
  };
  const face = ({ id, name }: UserView) => <Avatar id={id} name={name} size={22} />;
  const options: Option[] = [
    ...(me
      ? [{ value: me.id, name: t("conversation.assignMe"), detail: me.name, mark: face(me) }]
      : []),
    {
      value: NONE,
      name: t("conversation.unassigned"),
      mark: <UserRound aria-hidden className="mx-0.75 size-4 text-ink-faint" />,
    },
    ...others.map((user) => ({
      value: user.id,
      name: user.name,
      mark: face(user),
      ...standing(user.id),
    })),
  ];
  const userOf = (id: string): UserBrief | null => {
    const user = [me, ...others].find((one) => one?.id === id);
    return user ? { id: user.id, name: user.name } : null;
  };
  return { me, options, userOf };
}
