import {
  AlarmClock,
  Check,
  CircleDot,
  Flag,
  type LucideIcon,
  MailOpen,
  UserRound,
  Users,
} from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { TagDot } from "@/components/tag-chip";
import { Button, type ButtonProps } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Menu, MenuItem } from "@/components/ui/menu";
import { Picker } from "@/components/ui/picker";
import type { Tag, Team, UserView } from "@/lib/api/types";
import { soonTime, wholeNumber } from "@/lib/format";
import { NONE, type States, useAssigneeChoices } from "../assignee-choices";
import type { Change } from "../guesses";
import { MadeBy } from "../made-by";
import { PRIORITIES, PRIORITY_ICONS } from "../priority-mark";
import { SnoozeChoice } from "../snooze-menu";
import type { What } from "./jobs";
import { clearSelection, useSelection } from "./selection";
import { TagMinus, TagPlus } from "./tag-icons";
import { useBulk } from "./use-bulk";
import { whatText } from "./words";

/** More than these are asked for. */
const ASK_FROM = 50;
/** After these nothing more is to be done, mostly; after the others, something else. */
const LAST: What["name"][] = ["close", "reopen", "snooze", "read"];

export interface BulkChoices {
  users: UserView[];
  /** How they stand. */
  states?: States;
  teams: Team[];
  tags: Tag[];
}

interface Asked {
  what: What;
  change: Change | null;
}

/** What can be done to all that are selected. */
export function BulkActions(props: BulkChoices & { count: number }) {
  const { users, states, teams, tags, count } = props;
  const { t } = useTranslation();
  const bulk = useBulk();
  const [asked, setAsked] = useState<Asked | null>(null);
  const start = ({ what, change }: Asked) => {
    bulk.start(what, change);
    if (LAST.includes(what.name)) clearSelection();
  };
  const act = (what: What, change: Change | null) => {
    if (count === 0) return;
    if (count > ASK_FROM) setAsked({ what, change });
    else start({ what, change });
  };
  const none = count === 0;
  const assignees = useAssigneeChoices(users, states);
  const worn = useWornTags(tags);
  const pick = (picked: Tag[], name: "addTag" | "removeTag") => (id: string) => {
    const to = picked.find((tag) => tag.id === id)?.name ?? "";
    act({ name, to }, name === "addTag" ? { add_tags: [id] } : { remove_tags: [id] });
  };
  return (
    <div className="grid grid-cols-3 gap-x-1 pb-1">
      <Action
        icon={Check}
        label={t("bulk.close")}
        disabled={none}
        onClick={() => act({ name: "close" }, { status: "closed" })}
      />
      <Action
        icon={CircleDot}
        label={t("bulk.reopen")}
        disabled={none}
        onClick={() => act({ name: "reopen" }, { status: "open" })}
      />
      <SnoozeChoice
        trigger={<Action icon={AlarmClock} label={t("care.snooze")} disabled={none} />}
        onSnooze={(until) => {
          const to = until ? soonTime(until, Date.now()) : t("care.untilWrites");
          act({ name: "snooze", to }, { status: "snoozed", snoozed_until: until });
        }}
      />
      <Picker
        label={t("conversation.assignee")}
        options={assignees.options}
        chosen={[]}
        onChoose={(id) => {
          const assignee = assignees.userOf(id);
          const to = assignee?.name ?? t("conversation.unassigned");
          act({ name: "assign", to }, { assignee });
        }}
        trigger={<Action icon={UserRound} label={t("bulk.assign")} disabled={none} />}
      />
      <Picker
        label={t("care.team")}
        options={
          teams.length === 0
            ? []
            : [
                ...teams.map(({ id, name }) => ({ value: id, name })),
                // Last: Enter takes the first.
                { value: NONE, name: t("care.noTeam") },
              ]
        }
        empty={<MadeBy what="teams" />}
        chosen={[]}
        onChoose={(id) => {
          const team = teams.find((one) => one.id === id);
          const to = team?.name ?? t("care.noTeam");
          act({ name: "team", to }, { team: team ? { id, name: team.name } : null });
        }}
        trigger={<Action icon={Users} label={t("bulk.team")} disabled={none} />}
      />
      <Menu trigger={<Action icon={Flag} label={t("bulk.priority")} disabled={none} />}>
        {PRIORITIES.map((priority) => (
          <MenuItem
            key={priority}
            icon={PRIORITY_ICONS[priority]}
            onSelect={() =>
              act({ name: "priority", to: t(`care.priority.${priority}`) }, { priority })
            }
          >
            {t(`care.priority.${priority}`)}
          </MenuItem>
        ))}
      </Menu>
      <Picker
        label={t("bulk.addTag")}
        options={tagOptions(tags)}
        empty={<MadeBy what="tags" />}
        chosen={[]}
        onChoose={pick(tags, "addTag")}
        trigger={<Action icon={TagPlus} label={t("bulk.addTag")} disabled={none} />}
      />
      <Picker
        label={t("bulk.removeTag")}
        options={tagOptions(worn)}
        empty={t("bulk.noTags")}
        chosen={[]}
        onChoose={pick(worn, "removeTag")}
        trigger={<Action icon={TagMinus} label={t("bulk.removeTag")} disabled={none} />}
      />
      <Action
        icon={MailOpen}
        label={t("bulk.read")}
        disabled={none}
        onClick={() => act({ name: "read" }, null)}
      />
      {asked && (
        <AskFirst
          title={t("bulk.ask", { count, shown: wholeNumber(count) })}
          text={whatText(t, asked.what)}
          onConfirm={() => {
            setAsked(null);
            start(asked);
          }}
          onClose={() => setAsked(null)}
        />
      )}
    </div>
  );
}

function tagOptions(tags: Tag[]) {
  return tags.map(({ id, name, color }) => ({ value: id, name, mark: <TagDot color={color} /> }));
}

/** The tags that at least one of those selected has. */
function useWornTags(tags: Tag[]): Tag[] {
  const rows = useSelection((selection) => selection.rows);
  const worn = new Set([...rows.values()].flatMap((row) => row.tags));
  return tags.filter(({ id }) => worn.has(id));
}

/** Three of them have room beside each other with their words. */
function Action({ icon: Icon, label, ...rest }: ButtonProps & { icon: LucideIcon; label: string }) {
  return (
    <Button
      size="sm"
      look="quiet"
      title={label}
      className="min-w-0 justify-start gap-1 px-1 text-xs max-md:h-10"
      {...rest}
    >
      <Icon aria-hidden className="size-4 shrink-0" />
      <span className="truncate">{label}</span>
    </Button>
  );
}

interface AskFirstProps {
  title: string;
  text: string;
  onConfirm: () => void;
  onClose: () => void;
}

function AskFirst({ title, text, onConfirm, onClose }: AskFirstProps) {
  const { t } = useTranslation();
  return (
    <Dialog
      title={title}
      description={t("bulk.askHint", { what: text })}
      onClose={onClose}
      footer={
        <>
          <Button look="quiet" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button onClick={onConfirm}>{t("bulk.askAction")}</Button>
        </>
      }
    >
      {null}
    </Dialog>
  );
}
