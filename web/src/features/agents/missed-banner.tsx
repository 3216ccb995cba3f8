import { BellOff } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { toastProblem } from "@/components/ui/toast";
import { useMyStatus, useSetMyStatus } from "./queries";

/** Whoever missed one is given nothing more: they must see it, wherever they are. */
export function MissedBanner() {
  const { t } = useTranslation();
  const mine = useMyStatus();
  const set = useSetMyStatus();
  if (mine?.reason !== "missed") return null;
  return (
    <div
      data-testid="missed-banner"
      className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-ember/50 bg-ember-soft px-4 py-1.5 text-sm text-ember-ink"
    >
      <BellOff aria-hidden className="size-4 shrink-0" />
      <span role="alert" className="min-w-48 flex-1">
        {t("agent.missed")}
      </span>
      <Button
        size="sm"
        busy={set.isPending}
        onClick={() => set.mutate({ status: "online" }, { onError: toastProblem })}
      >
        {t("agent.back")}
      </Button>
    </div>
  );
}
