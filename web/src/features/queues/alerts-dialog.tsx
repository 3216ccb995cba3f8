import { useState } from "react";
import { useTranslation } from "react-i18next";
import { TextField } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { useDesktopNotices, wantDesktopNotices } from "@/lib/desktop-notice";
import { useSaveNotifications } from "@/lib/notifications";
import type { Thresholds } from "./alerts";

const LIMITS = ["wait", "waiting", "breached"] as const;
const MOST = 10_000;

interface AlertsDialogProps {
  kept: Thresholds;
  onSave: (next: Thresholds) => void;
  onClose: () => void;
}

/** Where one draws the lines. */
export function AlertsDialog({ kept, onSave, onClose }: AlertsDialogProps) {
  const { t } = useTranslation();
  const { wanted, permission } = useDesktopNotices();
  const remember = useSaveNotifications();
  const [texts, setTexts] = useState(() => ({
    wait: textOf(kept.wait_minutes),
    waiting: textOf(kept.waiting),
    breached: textOf(kept.breached),
  }));
  // What this browser does not allow may be wanted on another one.
  const [desktop, setDesktop] = useState(kept.desktop && wanted);
  const blocked = permission === "denied";
  const shown = wanted && permission === "granted";
  const submit = () => {
    onSave({
      wait_minutes: limitOf(texts.wait),
      waiting: limitOf(texts.waiting),
      breached: limitOf(texts.breached),
      desktop,
    });
    onClose();
  };
  return (
    <FormDialog
      title={t("wall.alerts")}
      description={t("wall.alertsHint")}
      action={t("common.save")}
      busy={false}
      error={null}
      onSubmit={submit}
      onClose={onClose}
    >
      {LIMITS.map((name) => (
        <TextField
          key={name}
          type="number"
          min={0}
          max={MOST}
          step={1}
          label={t(`wall.limit.${name}`)}
          placeholder={t("wall.off")}
          value={texts[name]}
          onChange={({ target }) => setTexts((now) => ({ ...now, [name]: target.value }))}
        />
      ))}
      {permission !== "missing" && (
        <label className="flex items-start gap-3">
          <input
            type="checkbox"
            checked={desktop}
            disabled={blocked}
            onChange={({ target: { checked } }) => {
              setDesktop(checked);
              if (checked && !shown) void wantDesktopNotices().then(followAnswer);
            }}
            className="mt-0.5 size-4 shrink-0 accent-(--tide)"
          />
          <span>
            <span className="block text-sm font-medium">{t("mention.desktop")}</span>
            <span className="block text-xs text-ink-soft">
              {t(blocked ? "mention.desktopBlocked" : "wall.desktopHint")}
            </span>
          </span>
        </label>
      )}
    </FormDialog>
  );

  function followAnswer(): void {
    const allowed = useDesktopNotices.getState().wanted;
    setDesktop(allowed);
    if (allowed) remember.mutate({ desktop: true });
  }
}

function textOf(limit: number | null): string {
  return limit === null ? "" : String(limit);
}

function limitOf(text: string): number | null {
  return text.trim() === "" ? null : Number(text);
}
