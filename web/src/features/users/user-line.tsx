import { Ban, Ellipsis, KeyRound, LogOut, ShieldCheck, ShieldOff, UserCheck } from "lucide-react";
import { memo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Avatar } from "@/components/ui/avatar";
import { Chip } from "@/components/ui/chip";
import { Confirm } from "@/components/ui/confirm";
import { IconButton } from "@/components/ui/icon-button";
import { Menu, MenuItem, MenuLabel, MenuLine } from "@/components/ui/menu";
import { toastGood, toastProblem } from "@/components/ui/toast";
import type { Role, UserView } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { isAtLeast, ROLES, useLogin } from "@/lib/session-user";
import { LinkDialog } from "./link-dialog";
import { useChangeUser, useResetLink, useResetTwoFactor, useSignOut } from "./queries";
import { TakeRightsDialog } from "./take-rights-dialog";

/** Remembered, because all of them stand in the list that is searched letter by letter. */
export const UserLine = memo(function UserLine({ user }: { user: UserView }) {
  const { t } = useTranslation();
  const me = useLogin((login) => login.user);
  const change = useChangeUser(user.id);
  const reset = useResetLink(user.id);
  const signOut = useSignOut(user.id);
  const resetTwoFactor = useResetTwoFactor(user.id);
  const [asked, ask] = useState<"disable" | "signOut" | "resetTwoFactor" | Role | null>(null);
  const mine = me?.id === user.id;
  // Nobody changes those who may do more than they.
  const reachable = !mine && isAtLeast(me?.role, user.role);
  const set = (patch: Parameters<typeof change.mutate>[0]) =>
    change.mutate(patch, { onError: toastProblem });
  // What reaches above a lower role ends with it.
  const setRole = (role: Role) => (isAtLeast(role, user.role) ? set({ role }) : ask(role));
  const lower = ROLES.find((role) => role === asked);
  return (
    <li className="flex items-center gap-3 px-4 py-3">
      <Avatar
        id={user.id}
        name={user.name}
        size={38}
        className={cn(user.disabled && "grayscale")}
      />
      <div className="flex min-w-0 flex-1 flex-col gap-x-3 gap-y-1.5 sm:flex-row sm:items-center">
        <div className="min-w-0 flex-1">
          <p className="flex gap-1 font-medium">
            <bdi className="truncate" title={user.name}>
              {user.name}
            </bdi>
            {mine && <span className="font-normal text-ink-faint">({t("user.me")})</span>}
          </p>
          <p className="truncate text-sm text-ink-soft" title={user.email}>
            {user.email}
          </p>
        </div>
        <p className="flex gap-2">
          {user.two_factor && (
            <Chip icon={ShieldCheck} look="good" title={t("user.twoFactorHint")}>
              {t("user.twoFactor")}
            </Chip>
          )}
          {user.disabled && <Chip look="danger">{t("user.disabled")}</Chip>}
          <Chip look={user.role === "agent" ? "plain" : "tide"}>{t(`role.${user.role}`)}</Chip>
        </p>
      </div>
      {!reachable ? (
        <span className="size-9.5 shrink-0" />
      ) : (
        <Menu
          align="end"
          trigger={<IconButton icon={Ellipsis} label={t("user.actions", { name: user.name })} />}
        >
          <MenuLabel>{t("user.role")}</MenuLabel>
          {ROLES.filter((role) => isAtLeast(me?.role, role)).map((role) => (
            <MenuItem key={role} checked={user.role === role} onSelect={() => setRole(role)}>
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
          {user.two_factor && (
            <MenuItem icon={ShieldOff} onSelect={() => ask("resetTwoFactor")}>
              {t("user.resetTwoFactor")}
            </MenuItem>
          )}
          <MenuItem icon={LogOut} onSelect={() => ask("signOut")}>
            {t("user.signOut")}
          </MenuItem>
          <MenuItem
            icon={user.disabled ? UserCheck : Ban}
            danger={!user.disabled}
            onSelect={() => (user.disabled ? set({ disabled: false }) : ask("disable"))}
          >
            {user.disabled ? t("user.enable") : t("user.disable")}
          </MenuItem>
        </Menu>
      )}
      {(asked === "disable" || lower) && (
        <TakeRightsDialog user={user} role={lower} onClose={() => ask(null)} />
      )}
      {asked === "signOut" && (
        <Confirm
          title={t("user.signOutTitle", { name: user.name })}
          text={t("user.signOutText")}
          action={t("user.signOut")}
          onConfirm={() => signOut.mutateAsync().then(() => toastGood(t("user.signedOut")))}
          onClose={() => ask(null)}
        />
      )}
      {asked === "resetTwoFactor" && (
        <Confirm
          title={t("user.resetTwoFactorTitle", { name: user.name })}
          text={t("user.resetTwoFactorText")}
          action={t("user.resetTwoFactor")}
          onConfirm={() => resetTwoFactor.mutateAsync()}
          onClose={() => ask(null)}
        />
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
});
