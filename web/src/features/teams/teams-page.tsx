import { Archive, Pencil, Plus, Users } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { PagedList } from "@/components/paged-list";
import { Lines, SettingsPage } from "@/components/settings-page";
import { Avatar } from "@/components/ui/avatar";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { IconButton } from "@/components/ui/icon-button";
import { Empty } from "@/components/ui/states";
import type { QueueFigures, Session, Team, UserView } from "@/lib/api/types";
import { listOf } from "@/lib/format";
import { lazily } from "@/lib/lazily";
import { useWhole } from "@/lib/paged-query";
import { teamsQuery, useArchiveTeam } from "./queries";
import { TeamRules } from "./team-rules";

const TeamDialog = lazily(async () => (await import("./team-dialog")).TeamDialog);

/** More faces than this are a number. */
const MAX_FACES = 5;
/** More names than this are a number, too. */
const MAX_NAMES = 6;

interface TeamsPageProps {
  /** Everybody who can be a member. */
  users: UserView[];
  /** The numbers that can be a team's own. */
  sessions: Session[];
  /** How the lines fare, as far as that is known: it says who is at work. */
  queues?: QueueFigures[];
}

export function TeamsPage({ users, sessions, queues = [] }: TeamsPageProps) {
  const { t } = useTranslation();
  const list = useWhole(teamsQuery);
  const [adding, setAdding] = useState(false);
  const add = (
    <Button onClick={() => setAdding(true)} data-testid="new-team">
      <Plus aria-hidden className="size-4" />
      {t("team.new")}
    </Button>
  );
  const some = (list.data?.length ?? 0) > 0;
  return (
    <SettingsPage title={t("settings.teams")} hint={t("team.pageHint")} action={some && add}>
      <PagedList
        list={list}
        empty={
          <Empty icon={Users} title={t("team.emptyTitle")} text={t("team.emptyHint")}>
            {add}
          </Empty>
        }
      >
        {(teams) => (
          <Lines label={t("settings.teams")}>
            {teams.map((team) => (
              <TeamLine
                key={team.id}
                team={team}
                figures={queues.find((queue) => queue.team?.id === team.id)}
                teams={teams}
                users={users}
                sessions={sessions}
              />
            ))}
          </Lines>
        )}
      </PagedList>
      {adding && (
        <TeamDialog
          teams={list.data ?? []}
          users={users}
          sessions={sessions}
          onClose={() => setAdding(false)}
        />
      )}
    </SettingsPage>
  );
}

interface TeamLineProps extends Omit<TeamsPageProps, "queues"> {
  team: Team;
  figures: QueueFigures | undefined;
  teams: Team[];
}

function TeamLine({ team, figures, ...rest }: TeamLineProps) {
  const { t } = useTranslation();
  const [editing, setEditing] = useState(false);
  const [archiving, setArchiving] = useState(false);
  const archive = useArchiveTeam();
  const { name, members } = team;
  return (
    <li className="flex items-center gap-2 px-4 py-3">
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium" title={name}>
          <bdi>{name}</bdi>
        </p>
        <p className="line-clamp-2 text-sm text-ink-soft">{membersText(team)}</p>
        <TeamRules team={team} figures={figures} teams={rest.teams} sessions={rest.sessions} />
      </div>
      <span aria-hidden className="flex -space-x-1.5 max-sm:hidden">
        {members.slice(0, MAX_FACES).map((member) => (
          <Avatar
            key={member.id}
            id={member.id}
            name={member.name}
            size={28}
            className="rounded-full ring-2 ring-panel"
          />
        ))}
      </span>
      <IconButton
        icon={Pencil}
        label={t("team.editOf", { name })}
        onClick={() => setEditing(true)}
      />
      <IconButton
        icon={Archive}
        label={t("team.archiveOf", { name })}
        onClick={() => setArchiving(true)}
      />
      {editing && <TeamDialog team={team} {...rest} onClose={() => setEditing(false)} />}
      {archiving && (
        <Confirm
          title={t("team.archiveTitle", { name })}
          text={t("team.archiveText")}
          action={t("team.archive")}
          onConfirm={() => archive.mutateAsync(team.id)}
          onClose={() => setArchiving(false)}
        />
      )}
    </li>
  );

  function membersText({ members: all }: Team): string {
    if (all.length === 0) return t("team.nobody");
    const names = all.slice(0, MAX_NAMES).map((member) => member.name);
    const more = all.length - names.length;
    return listOf(more > 0 ? [...names, t("team.more", { count: more })] : names);
  }
}
