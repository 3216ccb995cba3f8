import { Ban, Ellipsis, KeyRound, UserCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Avatar } from "@/components/ui/avatar";
import { Chip } from "@/components/ui/chip";
import { IconButton } from "@/components/ui/icon-button";
import { Menu, MenuItem, MenuLabel, MenuLine } from "@/components/ui/menu";
import { toastProblem } from "@/components/ui/toast";
import type { UserView } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { isAtLeast, ROLES, useLogin } from "@/lib/session-user";
import { LinkDialog } from "./link-dialog";
import { useChangeUser, useResetLink } from "./queries";

export function UserLine({ user }: { user: UserView }) {
  const { t } = useTranslation();
  const me = useLogin((login) => login.user);
  const change = useChangeUser(user.id);
  const reset = useResetLink(user.id);
  const mine = me?.id === user.id;
  const set = (patch: Parameters<typeof change.mutate>[0]) =>
    change.mutate(patch, { onError: toastProblem });
  return (
    <li className="flex items-center gap-3 px-4 py-3">
      <Avatar
        id={user.id}
        name={user.name}
        size={38}
        className={cn(user.disabled && "opacity-50")}
      />
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium">
          {user.name} {mine && <span className="font-normal text-ink-faint">({t("user.me")})</span>}
        </p>
        <p className="truncate text-sm text-ink-soft">{user.email}</p>
      </div>
      {user.disabled && <Chip look="danger">{t("user.disabled")}</Chip>}
      <Chip look={user.role === "agent" ? "plain" : "tide"}>{t(`role.${user.role}`)}</Chip>
      {mine ? (
        <span className="size-9.5" />
      ) : (
        <Menu
          align="end"
          trigger={<IconButton icon={Ellipsis} label={t("user.actions", { name: user.name })} />}
        >
          <MenuLabel>{t("user.role")}</MenuLabel>
          {ROLES.filter((role) => isAtLeast(me?.role, role)).map((role) => (
            <MenuItem key={role} checked={user.role === role} onSelect={() => set({ role })}>
              {t(`role.${role}`)}
            </MenuItem>
          ))}
          <MenuLine />
          <MenuItem
            icon={KeyRound}
            onSelect={() => reset.mutate(undefined, { onError: toastProblem })}
          >
            {t("user.resetLink")}
          </MenuItem>
          <MenuItem
            icon={user.disabled ? UserCheck : Ban}
            danger={!user.disabled}
            onSelect={() => set({ disabled: !user.disabled })}
          >
            {user.disabled ? t("user.enable") : t("user.disable")}
          </MenuItem>
        </Menu>
      )}
      {reset.data && (
        <LinkDialog
          title={t("user.resetTitle", { name: user.name })}
          hint={t("user.resetHint")}
          url={reset.data.url}
          onClose={reset.reset}
        />
      )}
    </li>
  );
}
