import { HandHelping, Split, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { toastBad, toastProblem } from "@/components/ui/toast";
import { isApiError } from "@/lib/api/client";
import type { Conversation } from "@/lib/api/types";
import { exactTime } from "@/lib/format";
import { useLogin } from "@/lib/session-user";
import { useSeconds } from "@/lib/use-now";
import { isOffered } from "./offers";
import { useAccept } from "./queries";

/** Above the field to write in: what was given to oneself, with the way to keep it; or that it is gone. */
export function ReservedBar({ conversation }: { conversation: Conversation }) {
  const me = useLogin((login) => login.user?.id);
  const until = isOffered(conversation, me);
  const mine = conversation.assignee?.id === me;
  const [lost, setLost] = useState(false);
  const offered = useRef(false);
  useEffect(() => {
    if (until) {
      offered.current = true;
      setLost(false);
    } else if (offered.current) {
      offered.current = false;
      setLost(!mine);
    }
  }, [until, mine]);
  if (until) return <Offer id={conversation.id} until={until} />;
  if (lost && !mine) return <Gone conversation={conversation} onClose={() => setLost(false)} />;
  return null;
}

function Offer({ id, until }: { id: string; until: string }) {
  const { t } = useTranslation();
  const { accept, busy } = useAcceptOffer();
  return (
    <div
      data-testid="reserved-bar"
      className="flex items-center gap-3 border-t border-ember/50 bg-ember-soft py-1.5 ps-3.5 pe-2 text-sm text-ember-ink"
    >
      <HandHelping aria-hidden className="size-4.5 shrink-0" />
      <p className="min-w-0 flex-1 font-medium">
        {/* Read aloud once: nobody wants to hear the seconds. */}
        <span role="status" className="sr-only">
          {t("offer.until", { at: exactTime(Date.parse(until)) })}
        </span>
        <span aria-hidden>
          {t("offer.given")} <AcceptWithin until={until} />
        </span>
      </p>
      <Button
        size="sm"
        data-testid="accept"
        aria-keyshortcuts="Alt+A"
        title="Alt+A"
        busy={busy}
        onClick={() => accept(id)}
      >
        {t("offer.accept")}
      </Button>
    </div>
  );
}

/** Counts by itself, so that the row around it need not be drawn each second. */
export function AcceptWithin({ until, short }: { until: string; short?: boolean }) {
  const { t } = useTranslation();
  const now = useSeconds();
  const seconds = Math.max(0, Math.ceil((Date.parse(until) - now) / 1000));
  const time =
    seconds < 100
      ? t("time.seconds", { seconds })
      : t("time.minutes", { minutes: Math.ceil(seconds / 60) });
  if (seconds === 0) return t("offer.now");
  return t(short ? "offer.acceptIn" : "offer.within", { time });
}

function Gone({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const { t } = useTranslation();
  const { assignee } = conversation;
  return (
    <div
      data-testid="reserved-gone"
      className="flex items-center gap-3 border-t bg-sunken py-1 ps-3.5 pe-2 text-sm text-ink-soft"
    >
      <Split aria-hidden className="size-4 shrink-0" />
      <p role="status" className="min-w-0 flex-1">
        {assignee ? t("offer.goneTo", { name: assignee.name }) : t("offer.gone")}
      </p>
      <IconButton small icon={X} label={t("common.close")} onClick={onClose} />
    </div>
  );
}

/** Accepts, and says so if it was too late. */
export function useAcceptOffer() {
  const { t } = useTranslation();
  const { mutate, isPending } = useAccept();
  const accept = (id: string) =>
    mutate(id, {
      onError: (error) => {
        if (isApiError(error, "conflict")) toastBad(t("offer.late"));
        else toastProblem(error);
      },
    });
  return { accept, busy: isPending };
}
