import { useState } from "react";
import { useTranslation } from "react-i18next";
import { TextField } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import type { Team, UserView } from "@/lib/api/types";
import { MemberList } from "./member-list";
import { useSaveTeam } from "./queries";

interface TeamDialogProps {
  /** Absent: a new one. */
  team?: Team;
  users: UserView[];
  onClose: () => void;
}

/** A team's name and who is in it. */
export function TeamDialog({ team, users, onClose }: TeamDialogProps) {
  const { t } = useTranslation();
  const [name, setName] = useState(team?.name ?? "");
  const [members, setMembers] = useState<ReadonlySet<string>>(
    () => new Set(team?.members.map(({ id }) => id)),
  );
  const save = useSaveTeam(team?.id ?? null);
  return (
    <FormDialog
      title={t(team ? "team.edit" : "team.new")}
      action={t(team ? "common.save" : "team.create")}
      actionTestId="save-team"
      busy={save.isPending}
      error={save.error}
      onSubmit={() =>
        save.mutate({ name: name.trim(), member_ids: [...members] }, { onSuccess: onClose })
      }
      onClose={onClose}
    >
      <TextField
        required
        label={t("team.name")}
        hint={t("team.nameHint")}
        maxLength={80}
        data-testid="team-name"
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <MemberList users={users} members={members} onChange={setMembers} />
    </FormDialog>
  );
}
