import { useId } from "react";
import { useTranslation } from "react-i18next";
import { useDesktopNotices } from "@/lib/desktop-notice";
import { useDesktopSwitch } from "@/lib/notifications";

export function DesktopSwitch() {
  const { t } = useTranslation();
  const hintId = useId();
  const turn = useDesktopSwitch();
  const { wanted, permission } = useDesktopNotices();
  if (permission === "missing") return null;
  const blocked = permission === "denied";
  return (
    <label className="flex items-start gap-3 border-t px-4 py-3">
      <input
        type="checkbox"
        checked={wanted && permission === "granted"}
        disabled={blocked}
        aria-describedby={hintId}
        onChange={(event) => turn(event.target.checked)}
        className="mt-0.5 size-4 shrink-0 accent-(--tide)"
      />
      <span className="min-w-0">
        <span className="block text-sm font-medium">{t("mention.desktop")}</span>
        <span id={hintId} className="block text-xs text-ink-soft">
          {blocked ? t("mention.desktopBlocked") : t("mention.desktopHint")}
        </span>
      </span>
    </label>
  );
}
