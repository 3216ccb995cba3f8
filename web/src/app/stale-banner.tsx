import { WifiOff } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { useConnection, useSocket } from "@/lib/connection";
import { useSeconds } from "@/lib/use-now";

/** A short break is nobody's business; after that long it is said aloud. */
const PATIENCE_MS = 3_000;

export function StaleBanner() {
  const stale = useConnection((connection) => connection.staleSince !== null);
  return stale ? <Banner /> : null;
}

function Banner() {
  const { t } = useTranslation();
  const socket = useSocket();
  const { phase, retryAt, staleSince } = useConnection();
  const now = useSeconds();
  if (staleSince === null || now - staleSince < PATIENCE_MS) return null;
  const seconds = retryAt === null ? 0 : Math.max(0, Math.ceil((retryAt - now) / 1000));
  const said = phase === "offline" ? t("connection.offlineLong") : t("connection.retrying");
  const counting = phase !== "offline" && seconds > 0;
  return (
    <div
      data-testid="stale-banner"
      className="flex items-center gap-3 bg-ember px-4 py-1.5 text-sm text-on-ember"
    >
      <WifiOff aria-hidden className="size-4 shrink-0" />
      {/* Read aloud once: nobody wants to hear the seconds. */}
      <span role="alert" className={counting ? "sr-only" : "min-w-0 flex-1"}>
        {said}
      </span>
      {counting && (
        <span aria-hidden className="min-w-0 flex-1">
          {t("connection.retryIn", { count: seconds })}
        </span>
      )}
      {phase !== "offline" && (
        <Button
          size="sm"
          look="quiet"
          className="h-7 bg-white/25 text-on-ember hover:bg-white/40 hover:text-on-ember"
          onClick={() => socket?.retryNow()}
        >
          {t("connection.retryNow")}
        </Button>
      )}
    </div>
  );
}
