import { UserRound } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Avatar } from "@/components/ui/avatar";
import type { Option } from "@/components/ui/picker";
import type { UserBrief, UserView } from "@/lib/api/types";
import { useLogin } from "@/lib/session-user";

/** The choice that means nobody and no team. */
export const NONE = "none";

/** Who can be given a conversation: oneself first, nobody, then the others. */
export function useAssigneeChoices(from: UserView[]) {
  const { t } = useTranslation();
  const me = useLogin((login) => login.user);
  const others = from.filter((user) => !user.disabled && user.id !== me?.id);
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
    ...others.map((user) => ({ value: user.id, name: user.name, mark: face(user) })),
  ];
  const userOf = (id: string): UserBrief | null => {
    const user = [me, ...others].find((one) => one?.id === id);
    return user ? { id: user.id, name: user.name } : null;
  };
  return { me, options, userOf };
}
