import { Split, UserRound, Users } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { Picker } from "@/components/ui/picker";
import { toastBad, toastGood } from "@/components/ui/toast";
import type { Team, UserView } from "@/lib/api/types";
import type { Change } from "./guesses";
import { useChangeConversation } from "./queries";

/** So many changes are on their way at once. */
const AT_ONCE = 4;

interface MovePickerProps {
  users: UserView[];
  teams: Team[];
  disabled?: boolean;
  onMove: (change: Change, to: string) => void;
}

/** To whom or to which team; a team gets it for its line. */
export function MovePicker({ users, teams, disabled, onMove }: MovePickerProps) {
  const { t } = useTranslation();
  const active = users.filter((user) => !user.disabled);
  const icon = "size-4 shrink-0 text-ink-faint";
  const options = [
    ...teams.map(({ id, name }) => ({
      value: id,
      name,
      detail: t("care.team"),
      mark: <Users aria-hidden className={icon} />,
    })),
    ...active.map(({ id, name }) => ({
      value: id,
      name,
      mark: <UserRound aria-hidden className={icon} />,
    })),
  ];
  const choose = (id: string) => {
    const team = teams.find((one) => one.id === id);
    const user = active.find((one) => one.id === id);
    if (team) onMove({ team: { id, name: team.name }, assignee: null }, team.name);
    else if (user) onMove({ assignee: { id, name: user.name } }, user.name);
  };
  return (
    <Picker
      align="end"
      label={t("watch.moveTo")}
      options={options}
      chosen={[]}
      onChoose={choose}
      trigger={
        <Button size="sm" look="secondary" disabled={disabled} data-testid="move">
          <Split aria-hidden className="size-4" />
          {t("watch.move")}
        </Button>
      }
    />
  );
}

interface MoveBarProps {
  ids: string[];
  users: UserView[];
  teams: Team[];
  /** Until it is done, what is moved may leave the list. */
  onStart: () => void;
  onDone: () => void;
}

/** Moves what is ticked, and says how far it is. */
export function MoveBar({ ids, users, teams, onStart, onDone }: MoveBarProps) {
  const { t } = useTranslation();
  const change = useChangeConversation();
  const [progress, setProgress] = useState<{ done: number; total: number } | null>(null);
  const move = async (how: Change, to: string) => {
    const left = [...ids];
    const total = left.length;
    let failed = 0;
    onStart();
    setProgress({ done: 0, total });
    const work = async () => {
      for (let id = left.pop(); id; id = left.pop()) {
        await change(id, how).catch(() => {
          failed += 1;
        });
        setProgress((now) => now && { ...now, done: now.done + 1 });
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, total) }, work));
    setProgress(null);
    onDone();
    if (total > failed) toastGood(t("watch.moved", { count: total - failed, name: to }));
    if (failed > 0) toastBad(t("watch.notMoved", { count: failed }));
  };
  return (
    <div className="flex items-center gap-3 border-t bg-sunken py-2 ps-4 pe-3">
      <p role="status" className="min-w-0 flex-1 text-sm">
        {progress
          ? t("watch.moving", { done: progress.done, total: progress.total })
          : t("watch.chosen", { count: ids.length })}
      </p>
      {progress ? (
        <progress
          value={progress.done}
          max={progress.total}
          aria-label={t("watch.move")}
          className="h-1.5 w-32 overflow-hidden rounded-full accent-(--tide)"
        />
      ) : (
        <MovePicker users={users} teams={teams} onMove={(how, to) => void move(how, to)} />
      )}
    </div>
  );
}
