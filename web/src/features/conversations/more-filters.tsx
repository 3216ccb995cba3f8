import { ListFilter } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "react-router";
import { SelectField } from "@/components/ui/field";
import { IconButton } from "@/components/ui/icon-button";
import { Popover } from "@/components/ui/popover";
import type { Session, Tag, Team, UserView } from "@/lib/api/types";
import type { InboxFilters } from "@/lib/keys";
import { useLogin } from "@/lib/session-user";
import { PRIORITIES } from "./priority-mark";

/** What the inbox can be sorted by. */
export interface FilterChoices {
  sessions: Session[];
  users: UserView[];
  teams: Team[];
  tags: Tag[];
}

interface MoreFiltersProps extends FilterChoices {
  filters: InboxFilters;
  change: (part: Partial<InboxFilters>) => void;
}

type Choice = [value: string, name: string];

/** All filters besides the status. The browser's own selects: letters find an entry, and phones know them. */
export function MoreFilters(props: MoreFiltersProps) {
  const { filters, change, sessions, users, teams, tags } = props;
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const [openAt, setOpenAt] = useState<string | null>(null);
  const me = useLogin((login) => login.user?.id);
  const named = (list: { id: string; name: string }[]): Choice[] =>
    list.map(({ id, name }) => [id, name]);
  const others = users.filter((user) => user.id !== me && !user.disabled);
  const choices: [keyof InboxFilters, string, Choice[]][] = [
    [
      "assignee",
      t("inbox.assignedTo"),
      [
        ["all", t("inbox.assignee.all")],
        ["me", t("inbox.assignee.me")],
        ["none", t("inbox.assignee.none")],
        ...named(others),
      ],
    ],
    [
      "participant",
      t("participant.title"),
      [["all", t("filter.anyParticipants")], ["me", t("inbox.assignee.me")], ...named(others)],
    ],
    [
      "team",
      t("care.team"),
      [["all", t("filter.allTeams")], ["none", t("care.noTeam")], ...named(teams)],
    ],
    ["tag", t("filter.tag"), [["all", t("filter.allTags")], ...named(tags)]],
    [
      "priority",
      t("care.priorityLabel"),
      [
        ["all", t("filter.allPriorities")],
        ...PRIORITIES.map((one): Choice => [one, t(`care.priority.${one}`)]),
      ],
    ],
    ["session", t("inbox.number"), [["all", t("inbox.allNumbers")], ...named(sessions)]],
    [
      "sort",
      t("inbox.sort"),
      [
        ["newest", t("inbox.sorts.newest")],
        ["oldest", t("inbox.sorts.oldest")],
      ],
    ],
  ];
  const wanted = choices.filter(
    ([name, , list]) =>
      filters[name] !== "all" || list.length > (name === "session" || name === "team" ? 2 : 1),
  );
  const changed = choices.some(([name]) =>
    name === "sort" ? filters.sort !== "newest" : filters[name] !== "all",
  );
  return (
    <Popover
      side="bottom"
      align="end"
      label={t("inbox.filters")}
      // It lies over the list: another conversation is not to be looked at behind it.
      open={openAt === pathname}
      onOpenChange={(open) => setOpenAt(open ? pathname : null)}
      trigger={<IconButton icon={ListFilter} label={t("inbox.filters")} active={changed} />}
    >
      <div className="grid w-72 gap-3 p-4">
        {wanted.map(([name, label, list]) => (
          <SelectField
            key={name}
            label={label}
            value={filters[name]}
            onChange={(event) => change({ [name]: event.target.value })}
          >
            {withChosen(list, filters[name]).map(([value, text]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </SelectField>
        ))}
      </div>
    </Popover>
  );
}

/** What the address asks for may be gone; it must be seen to be changed. */
function withChosen(list: Choice[], chosen: string): Choice[] {
  return list.some(([value]) => value === chosen) ? list : [...list, [chosen, chosen]];
}
