import { ChevronDown, type LucideIcon, Plus, UserRound, Users } from "lucide-react";
import { useTranslation } from "react-i18next";
import { TagChip, TagDot } from "@/components/tag-chip";
import { Button } from "@/components/ui/button";
import { Menu, MenuItem } from "@/components/ui/menu";
import { Picker } from "@/components/ui/picker";
import { toastProblem } from "@/components/ui/toast";
import type { Conversation, Tag, Team, UserView } from "@/lib/api/types";
import { NONE, useAssigneeChoices } from "./assignee-choices";
import type { Change } from "./guesses";
import { type FieldProps, Labelled } from "./labelled";
import { MadeBy } from "./made-by";
import { Participants } from "./participants";
import { PRIORITIES, PRIORITY_ICONS } from "./priority-mark";
import { useChangeConversation } from "./queries";

interface CareProps {
  conversation: Conversation;
  users: UserView[];
  teams: Team[];
  tags: Tag[];
}

/** Who takes care of a conversation, how much it hurries and what it is about. */
export function CareFields({ conversation, users, teams, tags }: CareProps) {
  const send = useChangeConversation();
  const change = (part: Change) => void send(conversation.id, part).catch(toastProblem);
  return (
    <div className="grid gap-3.5">
      <Assignee conversation={conversation} from={users} change={change} />
      <Participants conversation={conversation} from={users} change={change} />
      <div className="grid grid-cols-[minmax(0,6fr)_minmax(0,5fr)] gap-1.5">
        <TeamField conversation={conversation} from={teams} change={change} />
        <PriorityField conversation={conversation} change={change} />
      </div>
      <Tags conversation={conversation} from={tags} change={change} />
    </div>
  );
}

interface FieldButtonProps extends React.ComponentProps<"button"> {
  icon: LucideIcon;
  label: string;
  value: string;
}

/** Looks like a field, opens what can be chosen. */
function FieldButton({ icon: Icon, label, value, ...rest }: FieldButtonProps) {
  return (
    <Button look="secondary" size="sm" className="w-full justify-start gap-1.5 px-1.75" {...rest}>
      <Icon aria-hidden className="size-4 shrink-0" />
      <span className="min-w-0 flex-1 truncate text-start" title={value}>
        <span className="sr-only">{label}: </span>
        {value}
      </span>
      <ChevronDown aria-hidden className="size-3.5 shrink-0 opacity-60" />
    </Button>
  );
}

function Assignee({ conversation, from, change }: FieldProps<UserView>) {
  const { t } = useTranslation();
  const { me, options, userOf } = useAssigneeChoices(from);
  const { assignee } = conversation;
  const choose = (id: string) => change({ assignee: userOf(id) });
  return (
    <Labelled
      label={t("conversation.assignee")}
      aside={
        me &&
        assignee?.id !== me.id && (
          <button
            type="button"
            onClick={() => choose(me.id)}
            className="rounded text-xs font-medium text-tide-strong hover:underline"
          >
            {t("care.takeIt")}
          </button>
        )
      }
    >
      <Picker
        label={t("conversation.assignee")}
        options={options}
        chosen={[assignee?.id ?? NONE]}
        onChoose={choose}
        trigger={
          <FieldButton
            icon={UserRound}
            label={t("conversation.assignee")}
            value={assignee?.name ?? t("conversation.unassigned")}
          />
        }
      />
    </Labelled>
  );
}

function TeamField({ conversation, from, change }: FieldProps<Team>) {
  const { t } = useTranslation();
  const { team } = conversation;
  const options = [
    { value: NONE, name: t("care.noTeam") },
    ...from.map(({ id, name }) => ({ value: id, name })),
  ];
  return (
    <Labelled label={t("care.team")}>
      <Picker
        label={t("care.team")}
        options={from.length === 0 && !team ? [] : options}
        empty={<MadeBy what="teams" />}
        chosen={[team?.id ?? NONE]}
        onChoose={(id) => {
          const chosen = from.find((one) => one.id === id);
          change({ team: chosen ? { id, name: chosen.name } : null });
        }}
        trigger={
          <FieldButton
            icon={Users}
            label={t("care.team")}
            value={team?.name ?? t("care.noTeam")}
            data-testid="team"
          />
        }
      />
    </Labelled>
  );
}

function PriorityField({ conversation, change }: Omit<FieldProps<never>, "from">) {
  const { t } = useTranslation();
  const { priority } = conversation;
  return (
    <Labelled label={t("care.priorityLabel")}>
      <Menu
        align="end"
        trigger={
          <FieldButton
            icon={PRIORITY_ICONS[priority]}
            label={t("care.priorityLabel")}
            value={t(`care.priority.${priority}`)}
            data-testid="priority"
          />
        }
      >
        {PRIORITIES.map((one) => (
          <MenuItem
            key={one}
            icon={PRIORITY_ICONS[one]}
            checked={one === priority}
            onSelect={() => {
              if (one !== priority) change({ priority: one });
            }}
          >
            {t(`care.priority.${one}`)}
          </MenuItem>
        ))}
      </Menu>
    </Labelled>
  );
}

function Tags({ conversation, from, change }: FieldProps<Tag>) {
  const { t } = useTranslation();
  // What was deleted meanwhile has no name any more.
  const mine = from.filter(({ id }) => conversation.tags.includes(id));
  const toggle = (id: string) =>
    change(conversation.tags.includes(id) ? { remove_tags: [id] } : { add_tags: [id] });
  return (
    <Labelled label={t("care.tags")}>
      <div className="flex flex-wrap gap-1.5">
        {mine.map((tag) => (
          <TagChip key={tag.id} tag={tag} onRemove={() => toggle(tag.id)} className="max-w-full" />
        ))}
        <Picker
          several
          label={t("care.tags")}
          options={from.map(({ id, name, color }) => ({
            value: id,
            name,
            mark: <TagDot color={color} />,
          }))}
          empty={<MadeBy what="tags" />}
          chosen={conversation.tags}
          onChoose={toggle}
          trigger={
            <Button
              look="quiet"
              size="sm"
              className="h-7 border border-dashed border-line-strong px-2 text-xs"
              data-testid="add-tag"
            >
              <Plus aria-hidden className="size-3.5" />
              {t("care.addTag")}
            </Button>
          }
        />
      </div>
    </Labelled>
  );
}
