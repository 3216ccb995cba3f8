import { LogOut, Monitor, Smartphone } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { PagedList } from "@/components/paged-list";
import { Lines } from "@/components/settings-page";
import { Button } from "@/components/ui/button";
import { Chip } from "@/components/ui/chip";
import { Confirm } from "@/components/ui/confirm";
import { IconButton } from "@/components/ui/icon-button";
import { toastGood, toastProblem } from "@/components/ui/toast";
import type { Login } from "@/lib/api/types";
import { ago, fullTime } from "@/lib/format";
import { usePaged } from "@/lib/paged-query";
import { useNow } from "@/lib/use-now";
import { Box } from "./box";
import { clientName } from "./client-name";
import { loginsQuery, useEndLogin } from "./queries";

/** Where the person is signed in, with the way out of each. */
export function LoginsBox() {
  const { t } = useTranslation();
  const list = usePaged(loginsQuery);
  const [ending, setEnding] = useState(false);
  const end = useEndLogin();
  const others = list.data?.some(({ current }) => !current) || list.hasNextPage;
  return (
    <Box title={t("profile.logins")} hint={t("profile.loginsHint")}>
      <PagedList list={list}>
        {(logins) => (
          <Lines label={t("profile.logins")}>
            {logins.map((login) => (
              <LoginLine key={login.id} login={login} />
            ))}
          </Lines>
        )}
      </PagedList>
      {others && (
        <Button look="secondary" className="mt-4" onClick={() => setEnding(true)}>
          <LogOut aria-hidden className="size-4 rtl:-scale-x-100" />
          {t("profile.endOthers")}
        </Button>
      )}
      {ending && (
        <Confirm
          title={t("profile.endOthersTitle")}
          text={t("profile.endOthersText")}
          action={t("profile.endOthers")}
          onConfirm={() => end.mutateAsync(null).then(() => toastGood(t("profile.endedOthers")))}
          onClose={() => setEnding(false)}
        />
      )}
    </Box>
  );
}

function LoginLine({ login }: { login: Login }) {
  const { t } = useTranslation();
  const now = useNow();
  const end = useEndLogin();
  const { name: known, mobile } = clientName(login.client);
  const name = known ?? t("profile.unknownClient");
  const Icon = mobile ? Smartphone : Monitor;
  const at = login.last_used_at;
  return (
    <li className="flex min-h-16 items-center gap-3 px-4 py-3">
      <Icon aria-hidden className="size-5 shrink-0 text-ink-faint" />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1 font-medium">
          <bdi className="truncate" title={login.client ?? undefined}>
            {name}
          </bdi>
          {login.current && <Chip look="good">{t("profile.thisLogin")}</Chip>}
        </p>
        <p className="text-xs wrap-anywhere text-ink-soft">
          {login.address && (
            <>
              <bdi>{login.address}</bdi>
              {" · "}
            </>
          )}
          <span title={fullTime(at)}>{t("profile.lastActive", { ago: ago(at, now) })}</span>
          {" · "}
          {t("profile.since", { at: fullTime(login.created_at) })}
        </p>
      </div>
      {!login.current && (
        <IconButton
          icon={LogOut}
          label={t("profile.endLogin", { name })}
          disabled={end.isPending}
          onClick={() => end.mutate(login.id, { onError: toastProblem })}
          className="rtl:-scale-x-100"
        />
      )}
    </li>
  );
}
