import { useState } from "react";
import { useTranslation } from "react-i18next";
import { TextField } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import type { Session, Team, UserView } from "@/lib/api/types";
import { fieldProblem, isAboutFields } from "@/lib/problem-text";
import { MemberList } from "./member-list";
import { NumberList } from "./number-list";
import { useSaveTeam } from "./queries";
import { BY_HAND, type RoutingTexts, routingOf, textsOf } from "./routing";
import { RoutingFields } from "./routing-fields";

const FIELDS = [
  "name",
  "session_ids",
  "routing.accept_seconds",
  "routing.reply_goal_seconds",
  "routing.overflow_team_id",
  "routing.overflow_seconds",
];

interface TeamDialogProps {
  /** Absent: a new one. */
  team?: Team;
  teams: Team[];
  users: UserView[];
  sessions: Session[];
  onClose: () => void;
}

/** A team's name, who is in it, which numbers are its own and how its conversations are given out. */
export function TeamDialog({ team, teams, users, sessions, onClose }: TeamDialogProps) {
  const { t } = useTranslation();
  const [name, setName] = useState(team?.name ?? "");
  const [members, setMembers] = useState<ReadonlySet<string>>(
    () => new Set(team?.members.map(({ id }) => id)),
  );
  const [numbers, setNumbers] = useState<ReadonlySet<string>>(() => new Set(team?.session_ids));
  const [texts, setTexts] = useState(() => textsOf(team?.routing ?? BY_HAND));
  const change = (part: Partial<RoutingTexts>) => setTexts((now) => ({ ...now, ...part }));
  const others = teams.filter(({ id }) => id !== team?.id);
  const save = useSaveTeam(team?.id ?? null);
  const shown = isAboutFields(save.error, FIELDS);
  const submit = () =>
    save.mutate(
      {
        name: name.trim(),
        member_ids: [...members],
        session_ids: [...numbers],
        routing: routingOf(texts),
      },
      { onSuccess: onClose },
    );
  return (
    <FormDialog
      title={t(team ? "team.edit" : "team.new")}
      action={t(team ? "common.save" : "team.create")}
      actionTestId="save-team"
      busy={save.isPending}
      error={shown ? null : save.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField
        required
        label={t("team.name")}
        hint={t("team.nameHint")}
        maxLength={80}
        data-testid="team-name"
        error={fieldProblem(save.error, "name")}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <MemberList users={users} members={members} onChange={setMembers} />
      <NumberList
        sessions={sessions}
        chosen={numbers}
        others={others}
        error={fieldProblem(save.error, "session_ids")}
        onChange={setNumbers}
      />
      <RoutingFields texts={texts} onChange={change} others={others} error={save.error} />
    </FormDialog>
  );
}
