import { MailPlus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { PagedList } from "@/components/paged-list";
import { Lines, SettingsPage } from "@/components/settings-page";
import { Button } from "@/components/ui/button";
import { toastProblem } from "@/components/ui/toast";
import type { Invitation } from "@/lib/api/types";
import { ago } from "@/lib/format";
import { usePaged } from "@/lib/paged-query";
import { useNow } from "@/lib/use-now";
import { InviteDialog } from "./invite-dialog";
import { invitationsQuery, usersQuery, useWithdraw } from "./queries";
import { UserLine } from "./user-line";

export function UsersPage() {
  const { t } = useTranslation();
  const users = usePaged(usersQuery);
  const invitations = usePaged(invitationsQuery);
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
      <PagedList list={users}>
        {(people) => (
          <Lines label={t("settings.users")}>
            {people.map((user) => (
              <UserLine key={user.id} user={user} />
            ))}
          </Lines>
        )}
      </PagedList>
      {invitations.data?.length !== 0 && (
        <section className="mt-8">
          <h2 className="mb-3 text-lg font-semibold">{t("user.invitations")}</h2>
          <PagedList list={invitations}>
            {(open) => (
              <Lines label={t("user.invitations")}>
                {open.map((invitation) => (
                  <InvitationLine key={invitation.id} invitation={invitation} />
                ))}
              </Lines>
            )}
          </PagedList>
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
