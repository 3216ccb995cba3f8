import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Avatar } from "@/components/ui/avatar";
import { inputClasses } from "@/components/ui/field";
import type { UserView } from "@/lib/api/types";
import { cn } from "@/lib/classes";

interface MemberListProps {
  users: UserView[];
  members: ReadonlySet<string>;
  onChange: (members: ReadonlySet<string>) => void;
}

/** Everybody, to be ticked. */
export function MemberList({ users, members, onChange }: MemberListProps) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState("");
  // Who was locked out stays until somebody takes them out.
  const possible = users.filter((user) => !user.disabled || members.has(user.id));
  const found = possible.filter((user) => matches(user, wanted));
  const toggle = (id: string) => {
    const next = new Set(members);
    if (!next.delete(id)) next.add(id);
    onChange(next);
  };
  return (
    <fieldset className="grid gap-1.5">
      <legend className="mb-1.5 flex w-full items-baseline justify-between text-sm font-medium">
        {t("team.members")}
        <span className="text-2xs font-normal text-ink-faint tabular-nums">
          {t("team.chosen", { count: members.size })}
        </span>
      </legend>
      <input
        type="search"
        aria-label={t("team.search")}
        placeholder={t("team.search")}
        value={wanted}
        onChange={(event) => setWanted(event.target.value)}
        // Enter looks for somebody here; it does not send the form.
        onKeyDown={(event) => {
          if (event.key === "Enter") event.preventDefault();
        }}
        className={cn(inputClasses, "h-9")}
      />
      <ul className="h-56 overflow-y-auto rounded-lg border">
        {found.map((user) => (
          <li key={user.id}>
            <label className="flex min-h-11 items-center gap-3 px-3 py-1.5 hover:bg-sunken">
              <input
                type="checkbox"
                checked={members.has(user.id)}
                onChange={() => toggle(user.id)}
                className="size-4 accent-(--tide)"
              />
              <Avatar id={user.id} name={user.name} size={28} />
              <span className="grid min-w-0 grid-cols-1 justify-items-start">
                <bdi className="max-w-full truncate">{user.name}</bdi>
                <span className="max-w-full truncate text-xs text-ink-faint">{user.email}</span>
              </span>
            </label>
          </li>
        ))}
        {found.length === 0 && (
          <li className="p-3 text-center text-sm text-ink-soft">{t("inbox.nothingFound")}</li>
        )}
      </ul>
    </fieldset>
  );
}

function matches({ name, email }: UserView, wanted: string): boolean {
  return `${name} ${email}`.toLocaleLowerCase().includes(wanted.trim().toLocaleLowerCase());
}
