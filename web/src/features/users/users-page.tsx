import { MailPlus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { PagedList } from "@/components/paged-list";
import { Lines, SettingsPage } from "@/components/settings-page";
import { Button } from "@/components/ui/button";
import { Chip } from "@/components/ui/chip";
import { Confirm } from "@/components/ui/confirm";
import { inputClasses } from "@/components/ui/field";
import type { Invitation, UserView } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { ago, fullTime } from "@/lib/format";
import { useWhole } from "@/lib/paged-query";
import { useNow } from "@/lib/use-now";
import { InviteDialog } from "./invite-dialog";
import { useInvitations, usersQuery, useWithdraw } from "./queries";
import { UserLine } from "./user-line";

/** More people than this are searched. */
const MANY = 12;

export function UsersPage() {
  const { t } = useTranslation();
  const users = useWhole(usersQuery);
  const [wanted, setWanted] = useState("");
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
      {(invitations.isError || Boolean(invitations.data?.length)) && (
        <section className="mb-8">
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
      <section className="grid gap-3">
        {(users.data?.length ?? 0) > MANY && (
          <input
            type="search"
            aria-label={t("user.search")}
            placeholder={t("user.search")}
            value={wanted}
            onChange={(event) => setWanted(event.target.value)}
            className={cn(inputClasses, "h-10")}
          />
        )}
        <PagedList list={users}>
          {(people) => <People people={people.filter((user) => matches(user, wanted))} />}
        </PagedList>
      </section>
      {inviting && <InviteDialog onClose={() => setInviting(false)} />}
    </SettingsPage>
  );
}

function matches({ name, email }: UserView, wanted: string): boolean {
  return `${name} ${email}`.toLocaleLowerCase().includes(wanted.trim().toLocaleLowerCase());
}

function People({ people }: { people: UserView[] }) {
  const { t } = useTranslation();
  return (
    <>
      <p role="status" className={people.length > 0 ? "sr-only" : "p-4 text-center text-ink-soft"}>
        {people.length === 0 && t("inbox.nothingFound")}
      </p>
      {people.length > 0 && (
        <Lines label={t("settings.users")}>
          {people.map((user) => (
            <UserLine key={user.id} user={user} />
          ))}
        </Lines>
      )}
    </>
  );
}

const MAIL_LOOK = { sent: "good", failed: "danger" } as const;

function InvitationLine({ invitation }: { invitation: Invitation }) {
  const { t } = useTranslation();
  const now = useNow();
  const withdraw = useWithdraw();
  const [withdrawing, setWithdrawing] = useState(false);
  const { email, role, mail, created_at: created, expires_at: expires } = invitation;
  return (
    <li className="flex items-center gap-3 px-4 py-3">
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium" title={email}>
          {email}
        </p>
        <p className="text-xs text-ink-soft">
          {t(`role.${role}`)} · {ago(created, now)} · {t("user.until", { at: fullTime(expires) })}
        </p>
        {mail === "failed" && <p className="mt-0.5 text-xs text-danger">{t("user.mailFailed")}</p>}
      </div>
      {mail && <Chip look={MAIL_LOOK[mail]}>{t(`user.mail.${mail}`)}</Chip>}
      {Date.parse(expires) <= now && <Chip look="danger">{t("common.expired")}</Chip>}
      <Button
        size="sm"
        look="quiet"
        aria-label={t("user.withdrawOf", { email })}
        onClick={() => setWithdrawing(true)}
      >
        {t("user.withdraw")}
      </Button>
      {withdrawing && (
        <Confirm
          title={t("user.withdrawTitle", { email })}
          text={t("user.withdrawText")}
          action={t("user.withdraw")}
          onConfirm={() => withdraw.mutateAsync(invitation.id)}
          onClose={() => setWithdrawing(false)}
        />
      )}
    </li>
  );
}
