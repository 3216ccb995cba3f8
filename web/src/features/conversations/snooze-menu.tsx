import { AlarmClock, CalendarClock, MessageCircleReply } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { TextField } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { IconButton } from "@/components/ui/icon-button";
import { Menu, MenuItem, MenuLabel, MenuLine } from "@/components/ui/menu";
import type { Conversation } from "@/lib/api/types";
import { soonTime } from "@/lib/format";
import { useNow } from "@/lib/use-now";
import { fieldTime, LONGEST_MS, snoozeTimes } from "@/lib/usual-times";
import { useSetStatus } from "./queries";

const DAY_MS = 86_400_000;

/** Puts a conversation off: it leaves the open ones and comes back by itself. */
export function SnoozeMenu({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation();
  const setStatus = useSetStatus();
  return (
    <SnoozeChoice
      onSnooze={(until) =>
        void setStatus(conversation, { status: "snoozed", snoozed_until: until })
      }
      trigger={
        <IconButton
          icon={AlarmClock}
          label={t("care.snooze")}
          data-testid="snooze"
          className={conversation.status === "snoozed" ? "text-tide-strong" : undefined}
        />
      }
    />
  );
}

interface SnoozeChoiceProps {
  trigger: ReactNode;
  /** Until when; null: until the customer writes. */
  onSnooze: (until: string | null) => void;
}

/** The usual times, and any other. */
export function SnoozeChoice({ trigger, onSnooze: snooze }: SnoozeChoiceProps) {
  const { t } = useTranslation();
  const now = useNow();
  const [picking, setPicking] = useState(false);
  return (
    <>
      <Menu align="end" trigger={trigger}>
        <MenuLabel>{t("care.snoozeHint")}</MenuLabel>
        {snoozeTimes(now).map(({ name, at }) => (
          <MenuItem key={name} icon={AlarmClock} onSelect={() => snooze(at)}>
            <span className="flex justify-between gap-4">
              {t(`care.snoozeFor.${name}`)}
              <span className="text-sm text-ink-faint tabular-nums">{soonTime(at, now)}</span>
            </span>
          </MenuItem>
        ))}
        <MenuItem icon={CalendarClock} onSelect={() => setPicking(true)}>
          {t("care.pickTime")}
        </MenuItem>
        <MenuLine />
        <MenuItem icon={MessageCircleReply} onSelect={() => snooze(null)}>
          {t("care.untilWrites")}
        </MenuItem>
      </Menu>
      {picking && (
        <TimeDialog
          onPick={(at) => {
            setPicking(false);
            snooze(at);
          }}
          onClose={() => setPicking(false)}
        />
      )}
    </>
  );
}

interface TimeDialogProps {
  onPick: (at: string) => void;
  onClose: () => void;
}

function TimeDialog({ onPick, onClose }: TimeDialogProps) {
  const { t } = useTranslation();
  const now = useNow();
  const [time, setTime] = useState(() => fieldTime(now + DAY_MS));
  const [passed, setPassed] = useState(false);
  const pick = () => {
    const at = new Date(time);
    // The field's own bounds are minutes old when the dialog stays open.
    if (at.getTime() <= Date.now()) setPassed(true);
    else onPick(at.toISOString());
  };
  return (
    <FormDialog
      title={t("care.pickTitle")}
      action={t("care.snooze")}
      busy={false}
      error={null}
      onSubmit={pick}
      onClose={onClose}
    >
      <TextField
        required
        type="datetime-local"
        label={t("care.pickLabel")}
        hint={t("care.pickHint")}
        error={passed ? t("care.passed") : undefined}
        min={fieldTime(now)}
        max={fieldTime(now + LONGEST_MS)}
        value={time}
        onChange={(event) => {
          setTime(event.target.value);
          setPassed(false);
        }}
      />
    </FormDialog>
  );
}
