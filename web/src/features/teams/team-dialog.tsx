import { useState } from "react";
import { useTranslation } from "react-i18next";
import { TextField } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import type { Session, Team, UserView } from "@/lib/api/types";
import { fieldProblem, isAboutFields } from "@/lib/problem-text";
import { changesOf } from "./changes";
import { hoursOf, hoursTextsOf } from "./hours";
import { HoursFields } from "./hours-fields";
import { MemberList } from "./member-list";
import { NumberList } from "./number-list";
import { type TeamForm, useSaveTeam } from "./queries";
import { BY_HAND, routingOf, textsOf } from "./routing";
import { RoutingFields } from "./routing-fields";
import { NO_PROMISE, slaOf, slaTextsOf } from "./sla";
import { SlaFields } from "./sla-fields";
import { TEAM_FIELDS, type TeamPart, wrongParts } from "./team-parts";
import { TeamTabs } from "./team-tabs";
import { ownTimeZone } from "./time-zone-field";

interface TeamDialogProps {
  /** Absent: a new one. */
  team?: Team;
  teams: Team[];
  users: UserView[];
  sessions: Session[];
  onClose: () => void;
}

/** All that a team is: who is in it, how it works, what it promises and when it is at work. */
export function TeamDialog({ team, teams, users, sessions, onClose }: TeamDialogProps) {
  const { t } = useTranslation();
  const [part, setPart] = useState<TeamPart>("people");
  const [name, setName] = useState(team?.name ?? "");
  const [members, setMembers] = useState<ReadonlySet<string>>(
    () => new Set(team?.members.map(({ id }) => id)),
  );
  const [numbers, setNumbers] = useState<ReadonlySet<string>>(() => new Set(team?.session_ids));
  const [routing, changeRouting] = useTexts(() => textsOf(team?.routing ?? BY_HAND));
  const [sla, changeSla] = useTexts(() => slaTextsOf(team?.sla ?? NO_PROMISE));
  const [hours, changeHours] = useTexts(() => hoursTextsOf(team?.hours ?? null, ownTimeZone()));
  const [awayMessage, setAwayMessage] = useState(team?.away_message ?? "");
  const others = teams.filter(({ id }) => id !== team?.id);
  const save = useSaveTeam(team?.id ?? null);
  const shown = isAboutFields(save.error, TEAM_FIELDS);
  const form: TeamForm = {
    name: name.trim(),
    member_ids: [...members],
    session_ids: [...numbers],
    routing: routingOf(routing),
    sla: slaOf(sla, !hours.always),
    hours: hoursOf(hours),
    away_message: awayMessage.trim() || null,
  };
  // As the form says it: what it does not show as it came is no change of anybody's.
  const [first] = useState(form);
  const submit = () =>
    save.mutate(team ? changesOf(first, form) : form, {
      onSuccess: onClose,
      onError: (error) => {
        const [wrong] = wrongParts(error);
        if (wrong) setPart(wrong);
      },
    });
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
      <TeamTabs part={part} onPart={setPart} error={save.error}>
        {{
          people: (
            <div className="grid gap-4">
              <MemberList users={users} members={members} onChange={setMembers} />
              <NumberList
                sessions={sessions}
                chosen={numbers}
                others={others}
                error={fieldProblem(save.error, "session_ids")}
                onChange={setNumbers}
              />
            </div>
          ),
          giving: (
            <RoutingFields
              texts={routing}
              onChange={changeRouting}
              others={others}
              error={save.error}
            />
          ),
          sla: (
            <SlaFields
              texts={sla}
              onChange={changeSla}
              hasHours={!hours.always}
              others={others}
              error={save.error}
            />
          ),
          hours: (
            <HoursFields
              texts={hours}
              onChange={changeHours}
              awayMessage={awayMessage}
              onAwayMessage={setAwayMessage}
              error={save.error}
            />
          ),
        }}
      </TeamTabs>
    </FormDialog>
  );
}

/** The texts of a part of the form, and how some of them change. */
function useTexts<Texts>(first: () => Texts) {
  const [texts, setTexts] = useState(first);
  const change = (part: Partial<Texts>) => setTexts((now) => ({ ...now, ...part }));
  return [texts, change] as const;
}
