import {
  Flag,
  TagIcon,
  UserRound,
  UserRoundCheck,
  UserRoundMinus,
  UserRoundPlus,
  UserRoundX,
  UsersRound,
} from "lucide-react";
import { useTranslation } from "react-i18next";
import { TagDot } from "@/components/tag-chip";
import { Avatar } from "@/components/ui/avatar";
import { toastProblem } from "@/components/ui/toast";
import type { Command, TopCommand } from "@/features/command-bar/command";
import type { Change } from "@/features/conversations/guesses";
import { PRIORITIES, PRIORITY_ICONS } from "@/features/conversations/priority-mark";
import { useChangeConversation } from "@/features/conversations/queries";
import { tagsQuery } from "@/features/tags/queries";
import { teamsQuery } from "@/features/teams/queries";
import { usersQuery } from "@/features/users/queries";
import type { Conversation } from "@/lib/api/types";
import { useWhole } from "@/lib/paged-query";
import { useLogin } from "@/lib/session-user";
import { mark } from "./mark";

type Send = (change: Change) => void;

/** Who takes care of the conversation, how much it hurries and what it is about. */
export function useCareCommands(row: Conversation | undefined): TopCommand[] {
  const { t } = useTranslation();
  const change = useChangeConversation();
  const me = useLogin((login) => login.user);
  const assign = useAssignees(row);
  const teams = useTeams(row);
  const tags = useTags(row);
  if (!row) return [];
  const send: Send = (part) => void change(row.id, part).catch(toastProblem);
  const top = { group: "conversation" } as const;
  const mine: TopCommand[] =
    me && row.assignee?.id !== me.id
      ? [
          {
            ...top,
            id: "assign me",
            name: t("care.takeIt"),
            mark: mark(UserRoundCheck),
            run: () => send({ assignee: { id: me.id, name: me.name } }),
          },
        ]
      : [];
  const takesPart = me !== null && row.participants.includes(me.id);
  const part: TopCommand[] =
    me && (takesPart || row.assignee?.id !== me.id)
      ? [
          {
            ...top,
            id: "take part",
            name: t(takesPart ? "commandBar.leave" : "commandBar.join"),
            words: t("commandBar.words.takePart"),
            mark: mark(takesPart ? UserRoundMinus : UserRoundPlus),
            run: () =>
              send(takesPart ? { remove_participants: [me.id] } : { add_participants: [me.id] }),
          },
        ]
      : [];
  return [
    ...mine,
    ...part,
    {
      ...top,
      id: "assign",
      name: t("commandBar.assign"),
      mark: mark(UserRound),
      choices: assign(send),
    },
    {
      ...top,
      id: "team",
      name: t("commandBar.team"),
      mark: mark(UsersRound),
      choices: teams(send),
      empty: t("care.none.teams"),
    },
    {
      ...top,
      id: "tag",
      name: t("commandBar.tag"),
      words: t("commandBar.words.tag"),
      mark: mark(TagIcon),
      choices: tags(send),
      empty: t("care.none.tags"),
    },
    {
      ...top,
      id: "priority",
      name: t("commandBar.priority"),
      mark: mark(Flag),
      choices: PRIORITIES.map((priority) => ({
        id: `priority ${priority}`,
        name: t(`care.priority.${priority}`),
        mark: mark(PRIORITY_ICONS[priority]),
        checked: row.priority === priority,
        run: () => send({ priority }),
      })),
    },
  ];
}

function useAssignees(row: Conversation | undefined) {
  const { t } = useTranslation();
  const users = useWhole({ ...usersQuery, enabled: row !== undefined });
  const usable = users.data?.filter(({ disabled }) => !disabled) ?? [];
  return (send: Send): Command[] => [
    ...usable.map(({ id, name }) => ({
      id: `assign ${id}`,
      name,
      mark: <Avatar id={id} name={name} size={22} />,
      checked: row?.assignee?.id === id,
      run: () => send({ assignee: { id, name } }),
    })),
    {
      id: "assign nobody",
      name: t("conversation.unassigned"),
      mark: mark(UserRoundX),
      checked: !row?.assignee,
      run: () => send({ assignee: null }),
    },
  ];
}

function useTeams(row: Conversation | undefined) {
  const { t } = useTranslation();
  const teams = useWhole({ ...teamsQuery, enabled: row !== undefined });
  return (send: Send): Command[] => {
    const choices = (teams.data ?? []).map(({ id, name }) => ({
      id: `team ${id}`,
      name,
      mark: mark(UsersRound),
      checked: row?.team?.id === id,
      run: () => send({ team: { id, name } }),
    }));
    if (choices.length === 0 && !row?.team) return [];
    const none = {
      id: "team none",
      name: t("care.noTeam"),
      mark: mark(UserRoundX),
      checked: !row?.team,
      run: () => send({ team: null }),
    };
    return [...choices, none];
  };
}

function useTags(row: Conversation | undefined) {
  const tags = useWhole({ ...tagsQuery, enabled: row !== undefined });
  return (send: Send): Command[] =>
    (tags.data ?? []).map(({ id, name, color }) => {
      const has = row?.tags.includes(id) ?? false;
      return {
        id: `tag ${id}`,
        name,
        mark: <TagDot color={color} />,
        checked: has,
        run: () => send(has ? { remove_tags: [id] } : { add_tags: [id] }),
      };
    });
}
