import { MailPlus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Lines, SettingsPage } from "@/components/settings-page";
import { Button } from "@/components/ui/button";
import { LoadProblem, Spinner } from "@/components/ui/states";
import { toastProblem } from "@/components/ui/toast";
import type { Invitation } from "@/lib/api/types";
import { ago } from "@/lib/format";
import { useNow } from "@/lib/use-now";
import { InviteDialog } from "./invite-dialog";
import { useInvitations, useUsers, useWithdraw } from "./queries";
import { UserLine } from "./user-line";

export function UsersPage() {
  const { t } = useTranslation();
  const users = useUsers();
  const invitations = useInvitations();
  const [inviting, setInviting] = useState(false);
  return (
    <SettingsPage
      title={t("settings.users")}
      hint={t("user.pageHint")}
      action={
        <Button onClick={() => setInviting(true)} data-testid="invite-user">
          <MailPlus aria-hidden className="size-4" />
          {t("user.invite")}
        </Button>
      }
    >
      {users.isPending && <Spinner />}
      {users.isError && <LoadProblem error={users.error} onRetry={() => users.refetch()} />}
      {users.data && (
        <Lines label={t("settings.users")}>
          {users.data.map((user) => (
            <UserLine key={user.id} user={user} />
          ))}
        </Lines>
      )}
      {invitations.data && invitations.data.length > 0 && (
        <section className="mt-8">
          <h2 className="mb-3 text-lg font-semibold">{t("user.invitations")}</h2>
          <Lines label={t("user.invitations")}>
            {invitations.data.map((invitation) => (
              <InvitationLine key={invitation.id} invitation={invitation} />
            ))}
          </Lines>
        </section>
      )}
      {inviting && <InviteDialog onClose={() => setInviting(false)} />}
    </SettingsPage>
  );
}

function InvitationLine({ invitation }: { invitation: Invitation }) {
  const { t } = useTranslation();
  const now = useNow();
  const withdraw = useWithdraw();
  return (
    <li className="flex flex-wrap items-center gap-3 px-4 py-3">
      <div className="min-w-40 flex-1">
        <p className="truncate font-medium">{invitation.email}</p>
        <p className="text-xs text-ink-soft">
          {t(`role.${invitation.role}`)} · {ago(invitation.created_at, now)}
        </p>
      </div>
      <Button
        size="sm"
        look="quiet"
        busy={withdraw.isPending}
        onClick={() => withdraw.mutate(invitation.id, { onError: toastProblem })}
      >
        {t("user.withdraw")}
      </Button>
    </li>
  );
}
