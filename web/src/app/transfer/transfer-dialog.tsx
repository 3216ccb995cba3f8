import { useState } from "react";
import { useTranslation } from "react-i18next";
import { placeOf } from "@/components/agent-state";
import { SelectField, TextAreaField } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { Notice } from "@/components/ui/notice";
import { toastProblem, toastUndo } from "@/components/ui/toast";
import { useAgentStates } from "@/features/agents/queries";
import { useChangeConversation } from "@/features/conversations/queries";
import { teamsQuery } from "@/features/teams/queries";
import { usersQuery } from "@/features/users/queries";
import type { AgentStatus, Conversation, Team, UserView } from "@/lib/api/types";
import { contactName } from "@/lib/format";
import { doneWith } from "@/lib/go-on";
import { useWhole } from "@/lib/paged-query";
import { problemText } from "@/lib/problem-text";
import { useLogin } from "@/lib/session-user";
import { closeTransfer, type Target, useHandOver } from "./transfer";

/** As the hub takes it, with room for the name of who is called. */
const MAX_NOTE = 3_900;

/** Hands a conversation to a colleague or a team, with a word about it. */
export function TransferDialog({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation();
  const me = useLogin((login) => login.user?.id);
  const users = useWhole(usersQuery).data?.filter((user) => !user.disabled && user.id !== me) ?? [];
  const teams = useWhole(teamsQuery).data ?? [];
  // Where they are not told, they are offered all the same.
  const states = useAgentStates();
  const colleagues = users
    .map(({ id, name }) => ({ id, name, state: states.get(id) }))
    .sort((a, b) => placeOf(a.state) - placeOf(b.state));
  const [to, setTo] = useState("");
  const [note, setNote] = useState("");
  const [missing, setMissing] = useState(false);
  const [written, setWritten] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const handOver = useHandOver(conversation.id);
  const change = useChangeConversation();

  const target = targetOf(to, users, teams);
  const submit = async () => {
    if (!target) return setMissing(true);
    setBusy(true);
    setError(null);
    try {
      await handOver(note.trim(), target, () => setWritten(true));
    } catch (problem) {
      setError(problem);
      setBusy(false);
      return;
    }
    closeTransfer();
    doneWith(conversation.id);
    const { assignee, team, contact } = conversation;
    const name = "user" in target ? target.user.name : target.team.name;
    toastUndo(t("transfer.done", { name: contactName(contact), to: name }), () => {
      change(conversation.id, { assignee, team }).catch(toastProblem);
    });
  };
  const halfDone = written && error !== null;
  return (
    <FormDialog
      title={t("transfer.title")}
      description={contactName(conversation.contact)}
      action={t(halfDone ? "common.tryAgain" : "transfer.action")}
      busy={busy}
      error={halfDone ? null : error}
      onSubmit={() => void submit()}
      onClose={closeTransfer}
    >
      {halfDone && (
        <Notice kind="danger" text={t("transfer.halfDone", { reason: problemText(error) })} />
      )}
      <SelectField
        aria-required
        label={t("transfer.to")}
        error={missing && !target ? t("transfer.choose") : undefined}
        hint={target && "team" in target ? t("transfer.teamHint") : undefined}
        value={to}
        onChange={(event) => setTo(event.target.value)}
      >
        <option value="" disabled>
          {t("transfer.choose")}
        </option>
        <Group label={t("transfer.colleagues")} entries={colleagues} />
        <Group label={t("transfer.teams")} entries={teams} />
      </SelectField>
      <TextAreaField
        label={t("transfer.note")}
        hint={t(
          written
            ? "transfer.written"
            : target && "user" in target
              ? "transfer.noteCalls"
              : "transfer.noteHint",
        )}
        disabled={written}
        maxLength={MAX_NOTE}
        value={note}
        onChange={(event) => setNote(event.target.value)}
      />
    </FormDialog>
  );
}

interface GroupProps {
  label: string;
  entries: { id: string; name: string; state?: AgentStatus | undefined }[];
}

function Group({ label, entries }: GroupProps) {
  const { t } = useTranslation();
  if (entries.length === 0) return null;
  return (
    <optgroup label={label}>
      {entries.map(({ id, name, state }) => (
        <option key={id} value={id}>
          {state ? `${name} · ${t(`agent.state.${state}`)}` : name}
        </option>
      ))}
    </optgroup>
  );
}

function targetOf(id: string, users: UserView[], teams: Team[]): Target | null {
  const user = users.find((one) => one.id === id);
  if (user) return { user: { id, name: user.name } };
  const team = teams.find((one) => one.id === id);
  return team ? { team: { id, name: team.name } } : null;
}
