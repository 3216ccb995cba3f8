import { CalendarClock } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import type { SendBody } from "../outbox";
import { LaterMenu } from "./later-menu";
import type { Later, LaterWay } from "./leaving";

interface LaterButtonProps {
  /** What is to be sent; null while it is not complete. */
  body: SendBody | null;
  later: LaterWay;
  onLeft: () => void;
}

/** At the foot of a dialog, beside "send": the dialog stays until the hub has what was made in it. */
export function LaterButton({ body, later, onLeft }: LaterButtonProps) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const leave = async (when: Later) => {
    if (!body) return;
    setBusy(true);
    if (await later.leave(body, when)) onLeft();
    else setBusy(false);
  };
  return (
    <LaterMenu
      windowExpiresAt={body?.type === "template" ? undefined : later.windowExpiresAt}
      onLeave={(when) => void leave(when)}
      trigger={
        <Button look="secondary" data-testid="later" disabled={!body} busy={busy}>
          <CalendarClock aria-hidden className="size-4" />
          {t("later.button")}
        </Button>
      }
    />
  );
}
