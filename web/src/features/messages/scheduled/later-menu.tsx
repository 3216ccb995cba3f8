import { CalendarClock, Clock, Square, SquareCheck } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Menu, MenuItem, MenuLabel, MenuLine } from "@/components/ui/menu";
import { soonTime } from "@/lib/format";
import { lazily } from "@/lib/lazily";
import { useNow } from "@/lib/use-now";
import { sendTimes } from "@/lib/usual-times";
import { isBeyondWindow } from "@/lib/window";
import type { Later } from "./leaving";

const LaterDialog = lazily(async () => (await import("./later-dialog")).LaterDialog);
const DAY_MS = 86_400_000;

interface LaterMenuProps {
  trigger: ReactNode;
  /** Until when free messages reach the customer; undefined where a template is sent, which always does. */
  windowExpiresAt?: string | null | undefined;
  onLeave: (later: Later) => void;
}

/** The usual times to send something, and any other. */
export function LaterMenu({ trigger, windowExpiresAt, onLeave }: LaterMenuProps) {
  const { t } = useTranslation();
  const now = useNow();
  const [unlessReply, setUnlessReply] = useState(false);
  const [picking, setPicking] = useState<string | null>(null);
  const choose = (at: string) => {
    // What may not get through is said before.
    if (windowExpiresAt !== undefined && isBeyondWindow(windowExpiresAt, at)) setPicking(at);
    else onLeave({ sendAt: at, unlessReply });
  };
  return (
    <>
      <Menu side="top" align="end" trigger={trigger}>
        <MenuLabel>{t("later.menu")}</MenuLabel>
        {sendTimes(now).map(({ name, at }) => (
          <MenuItem key={name} icon={Clock} onSelect={() => choose(at)}>
            <span className="flex justify-between gap-4">
              {t(`later.times.${name}`)}
              <span className="text-sm text-ink-faint tabular-nums">{soonTime(at, now)}</span>
            </span>
          </MenuItem>
        ))}
        <MenuItem
          icon={CalendarClock}
          onSelect={() => setPicking(new Date(now + DAY_MS).toISOString())}
        >
          {t("care.pickTime")}
        </MenuItem>
        <MenuLine />
        <MenuItem
          icon={unlessReply ? SquareCheck : Square}
          checked={unlessReply}
          onSelect={(event) => {
            event.preventDefault();
            setUnlessReply(!unlessReply);
          }}
        >
          {t("later.unlessReply")}
        </MenuItem>
      </Menu>
      {picking && (
        <LaterDialog
          first={{ sendAt: picking, unlessReply }}
          windowExpiresAt={windowExpiresAt}
          onPick={(later) => {
            setPicking(null);
            onLeave(later);
          }}
          onClose={() => setPicking(null)}
        />
      )}
    </>
  );
}
