import { useQuery } from "@tanstack/react-query";
import { ShieldCheck } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { Chip } from "@/components/ui/chip";
import { Notice } from "@/components/ui/notice";
import { LoadProblem, Spinner } from "@/components/ui/states";
import type { TwoFactor } from "@/lib/api/types";
import { fullTime } from "@/lib/format";
import { Box } from "./box";
import { DropTwoFactorDialog, RenewCodesDialog } from "./proofs-dialogs";
import { twoFactorQuery } from "./queries";
import { SetUpTwoFactorDialog } from "./set-up-two-factor-dialog";

/** So few recovery codes are a reason to make others. */
const FEW_CODES = 3;

/** Whether a code is asked for at log-in, and what can be done about it. */
export function TwoFactorBox() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(twoFactorQuery);
  const [open, setOpen] = useState<"begin" | "renew" | "drop" | null>(null);
  const close = () => setOpen(null);
  return (
    <Box title={t("twoFactor.title")} hint={t("twoFactor.hint")}>
      {!data ? (
        error ? (
          <LoadProblem error={error} onRetry={() => void refetch()} />
        ) : (
          <Spinner />
        )
      ) : data.enabled ? (
        <On state={data} onRenew={() => setOpen("renew")} onDrop={() => setOpen("drop")} />
      ) : (
        <Button data-testid="two-factor-begin" onClick={() => setOpen("begin")}>
          {t("twoFactor.setUp")}
        </Button>
      )}
      {open === "begin" && <SetUpTwoFactorDialog onClose={close} />}
      {open === "renew" && <RenewCodesDialog onClose={close} />}
      {open === "drop" && <DropTwoFactorDialog onClose={close} />}
    </Box>
  );
}

interface OnProps {
  state: TwoFactor;
  onRenew: () => void;
  onDrop: () => void;
}

function On({ state, onRenew, onDrop }: OnProps) {
  const { t } = useTranslation();
  const count = state.recovery_codes;
  return (
    <div className="grid gap-4">
      <p className="flex flex-wrap items-center gap-2 text-sm">
        <Chip look="good" icon={ShieldCheck}>
          {t("twoFactor.on")}
        </Chip>
        {state.since && t("profile.since", { at: fullTime(state.since) })}
      </p>
      {count < FEW_CODES ? (
        <Notice kind="warning" text={t("twoFactor.codesLeft", { count })} />
      ) : (
        <p className="text-sm text-ink-soft">{t("twoFactor.codesLeft", { count })}</p>
      )}
      <div className="flex flex-wrap gap-2">
        <Button look="secondary" onClick={onRenew}>
          {t("twoFactor.renew")}
        </Button>
        <Button look="danger" onClick={onDrop}>
          {t("twoFactor.turnOff")}
        </Button>
      </div>
    </div>
  );
}
