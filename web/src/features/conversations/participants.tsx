import { Plus, X } from "lucide-react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { Avatar } from "@/components/ui/avatar";
import { Button } from "@/components/ui/button";
import { Picker } from "@/components/ui/picker";
import type { UserView } from "@/lib/api/types";
import { useLogin } from "@/lib/session-user";
import { type FieldProps, Labelled } from "./labelled";

/** As many as the hub takes. */
const MOST = 20;

/** Who takes part beside the assignee: they are told of what the customer writes, as if it were theirs. */
export function Participants({ conversation, from, change }: FieldProps<UserView>) {
  const { t } = useTranslation();
  const me = useLogin((login) => login.user?.id);
  const group = useRef<HTMLDivElement>(null);
  const { participants, assignee } = conversation;
  const takesPart = (id: string) => participants.includes(id);
  const shown = from.filter(({ id }) => takesPart(id));
  const toggle = (id: string) =>
    change(takesPart(id) ? { remove_participants: [id] } : { add_participants: [id] });
  const options = from
    .filter(({ id, disabled }) => takesPart(id) || (!disabled && id !== assignee?.id))
    .map(({ id, name }) => ({ value: id, name, mark: <Avatar id={id} name={name} size={22} /> }));
  const full = participants.length >= MOST;
  return (
    <Labelled
      label={t("participant.title")}
      aside={
        me &&
        (takesPart(me) || (assignee?.id !== me && !full)) && (
          <button
            type="button"
            onClick={() => toggle(me)}
            className="rounded text-xs font-medium text-tide-strong hover:underline"
          >
            {t(takesPart(me) ? "participant.leave" : "participant.join")}
          </button>
        )
      }
    >
      {/* biome-ignore lint/a11y/useSemanticElements: no fields of a form. */}
      <div
        ref={group}
        role="group"
        tabIndex={-1}
        aria-label={t("participant.title")}
        className="flex flex-wrap gap-1.5 outline-none"
      >
        {shown.map((user) => (
          <Person
            key={user.id}
            user={user}
            onRemove={() => {
              toggle(user.id);
              // The button goes, and what had the focus would be gone.
              group.current?.focus();
            }}
          />
        ))}
        {full ? (
          <p className="text-xs text-ink-soft">{t("participant.full", { most: MOST })}</p>
        ) : (
          <Picker
            several
            label={t("participant.title")}
            options={options}
            empty={t("participant.nobody")}
            chosen={participants}
            onChoose={toggle}
            trigger={
              <Button
                look="quiet"
                size="sm"
                className="h-7 border border-dashed border-line-strong px-2 text-xs"
                data-testid="add-participant"
              >
                <Plus aria-hidden className="size-3.5" />
                {t("participant.add")}
              </Button>
            }
          />
        )}
      </div>
    </Labelled>
  );
}

interface PersonProps {
  user: UserView;
  onRemove: () => void;
}

function Person({ user: { id, name }, onRemove }: PersonProps) {
  const { t } = useTranslation();
  return (
    <span
      data-testid="participant"
      className="flex h-7 max-w-full items-center gap-1.5 rounded-full bg-sunken ps-1 pe-0.5 text-xs"
    >
      <Avatar id={id} name={name} size={20} />
      <bdi className="truncate">{name}</bdi>
      <button
        type="button"
        aria-label={t("participant.remove", { name })}
        title={t("participant.remove", { name })}
        onClick={onRemove}
        className="grid size-6 shrink-0 place-items-center rounded-full text-ink-soft hover:bg-line hover:text-ink"
      >
        <X aria-hidden className="size-3.5" />
      </button>
    </span>
  );
}
