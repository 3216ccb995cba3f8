import { useTranslation } from "react-i18next";
import type { Session, Team } from "@/lib/api/types";
import { phone } from "@/lib/format";

interface NumberListProps {
  sessions: Session[];
  chosen: ReadonlySet<string>;
  /** Whose a number is now, if it is another team's. */
  others: Team[];
  error: string | undefined;
  onChange: (chosen: ReadonlySet<string>) => void;
}

/** The numbers whose new conversations are the team's; one number has one team. */
export function NumberList({ sessions, chosen, others, error, onChange }: NumberListProps) {
  const { t } = useTranslation();
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    onChange(next);
  };
  return (
    <fieldset className="grid gap-1.5">
      <legend className="mb-0.5 text-sm font-medium">{t("team.numbers")}</legend>
      <p className="text-xs text-ink-faint">{t("team.numbersHint")}</p>
      {error && (
        <p role="alert" className="text-xs text-danger">
          {error}
        </p>
      )}
      {sessions.length === 0 ? (
        <p className="rounded-lg border p-3 text-sm text-ink-soft">{t("number.emptyTitle")}</p>
      ) : (
        <ul className="max-h-40 overflow-y-auto rounded-lg border">
          {sessions.map((session) => {
            const other = others.find((team) => team.session_ids.includes(session.id));
            return (
              <li key={session.id}>
                <label className="flex min-h-10 items-center gap-3 px-3 py-1 hover:bg-sunken">
                  <input
                    type="checkbox"
                    checked={chosen.has(session.id)}
                    onChange={() => toggle(session.id)}
                    className="size-4 accent-(--tide)"
                  />
                  <span className="min-w-0 flex-1">
                    <bdi className="block truncate">{session.name}</bdi>
                    {other && (
                      <span className="block text-xs text-ember-ink">
                        {t(chosen.has(session.id) ? "team.leaves" : "team.isOf", {
                          name: other.name,
                        })}
                      </span>
                    )}
                  </span>
                  {session.display_phone_number && (
                    <span className="shrink-0 text-xs text-ink-faint tabular-nums">
                      {phone(session.display_phone_number)}
                    </span>
                  )}
                </label>
              </li>
            );
          })}
        </ul>
      )}
    </fieldset>
  );
}
