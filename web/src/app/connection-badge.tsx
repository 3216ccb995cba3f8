import { LoaderCircle, WifiOff, Zap } from "lucide-react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/classes";
import { useConnection } from "@/lib/connection";
import type { Phase } from "@/lib/socket";

const LOOK: Record<Phase, { icon: typeof Zap; classes: string }> = {
  idle: { icon: LoaderCircle, classes: "animate-spin" },
  connecting: { icon: LoaderCircle, classes: "animate-spin" },
  connected: { icon: Zap, classes: "text-[#7cd6b0]" },
  reconnecting: { icon: LoaderCircle, classes: "animate-spin text-ember" },
  offline: { icon: WifiOff, classes: "text-ember" },
};

/** Whether what is on screen is live. */
export function ConnectionBadge() {
  const { t } = useTranslation();
  const phase = useConnection((connection) => connection.phase);
  const { icon: Icon, classes } = LOOK[phase];
  const label = t(`connection.${phase}`);
  return (
    <span
      role="status"
      data-testid="connection-state"
      data-state={phase === "idle" ? "connecting" : phase}
      title={label}
      className="grid h-11 max-w-14 min-w-0 flex-1 place-items-center md:w-11 md:flex-none"
    >
      <Icon aria-hidden className={cn("size-4.5", classes)} strokeWidth={2.1} />
      <span className="sr-only">{label}</span>
    </span>
  );
}
