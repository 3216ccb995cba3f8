import { Check, CheckCheck, CircleAlert, CircleHelp, Clock, LoaderCircle } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { MessageStatus } from "@/lib/api/types";
import { cn } from "@/lib/classes";

const LOOK = {
  queued: { icon: Clock, classes: "" },
  sending: { icon: LoaderCircle, classes: "animate-spin" },
  unknown: { icon: CircleHelp, classes: "text-ember-ink" },
  sent: { icon: Check, classes: "" },
  delivered: { icon: CheckCheck, classes: "" },
  read: { icon: CheckCheck, classes: "text-read" },
  played: { icon: CheckCheck, classes: "text-read" },
  failed: { icon: CircleAlert, classes: "text-danger" },
};

/** How far a message of ours came. */
export function Ticks({ status, className }: { status: MessageStatus; className?: string }) {
  const { t } = useTranslation();
  if (status === "received") return null;
  const { icon: Icon, classes } = LOOK[status];
  const name = t(`status.${status}`);
  return (
    <span role="img" aria-label={name} title={name} className={cn("shrink-0", classes, className)}>
      <Icon aria-hidden className="size-3.5" strokeWidth={2.25} />
    </span>
  );
}
