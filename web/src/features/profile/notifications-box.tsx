import { useQuery } from "@tanstack/react-query";
import { Volume2 } from "lucide-react";
import { type ReactNode, useId } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { LoadProblem, Spinner } from "@/components/ui/states";
import type { Notifications } from "@/lib/api/types";
import { useDesktopNotices } from "@/lib/desktop-notice";
import {
  NEWS,
  notificationsQuery,
  useDesktopSwitch,
  useSaveNotifications,
} from "@/lib/notifications";
import { ring } from "@/lib/sound";
import { Box } from "./box";

/** How one is told what happens, and what. */
export function NotificationsBox() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(notificationsQuery);
  return (
    <Box title={t("notify.title")} hint={t("notify.hint")}>
      {data ? (
        <Switches wanted={data} />
      ) : error ? (
        <LoadProblem error={error} onRetry={() => void refetch()} />
      ) : (
        <Spinner />
      )}
    </Box>
  );
}

function Switches({ wanted }: { wanted: Notifications }) {
  const { t } = useTranslation();
  const save = useSaveNotifications();
  const turn = useDesktopSwitch();
  const { permission } = useDesktopNotices();
  const told = wanted.desktop || wanted.sound;
  const desktopHint = {
    granted: t("mention.desktopHint"),
    // On another device it was allowed; this browser has to be asked as well.
    default: wanted.desktop ? t("notify.askBrowser") : t("mention.desktopHint"),
    denied: t("mention.desktopBlocked"),
    missing: t("notify.noDesktop"),
  }[permission];
  return (
    <div className="grid gap-5 sm:grid-cols-2">
      <fieldset className="grid content-start gap-3">
        <legend className="mb-3 text-sm font-semibold text-ink-soft">{t("notify.how")}</legend>
        <Switch
          label={t("mention.desktop")}
          hint={desktopHint}
          checked={wanted.desktop}
          disabled={!wanted.desktop && (permission === "denied" || permission === "missing")}
          onChange={turn}
          testId="notify-desktop"
        />
        {wanted.desktop && permission === "default" && (
          <Button
            look="secondary"
            size="sm"
            className="ms-7 justify-self-start"
            onClick={() => turn(true)}
          >
            {t("notify.allow")}
          </Button>
        )}
        <Switch
          label={t("notify.sound")}
          hint={t("notify.soundHint")}
          checked={wanted.sound}
          onChange={(sound) => {
            save.mutate({ sound });
            if (sound) ring();
          }}
          testId="notify-sound"
        />
        {wanted.sound && (
          <Button look="quiet" size="sm" className="ms-4 justify-self-start" onClick={() => ring()}>
            <Volume2 aria-hidden className="size-4" />
            {t("notify.tryOut")}
          </Button>
        )}
      </fieldset>
      <fieldset className="grid content-start gap-3">
        <legend className="mb-3 text-sm font-semibold text-ink-soft">{t("notify.what")}</legend>
        {NEWS.map((news) => (
          <Switch
            key={news}
            label={t(`notify.news.${news}`)}
            checked={wanted[news]}
            onChange={(on) => save.mutate({ [news]: on })}
            testId={`notify-${news}`}
          />
        ))}
        {!told && <p className="text-xs text-ink-soft">{t("notify.nothing")}</p>}
      </fieldset>
    </div>
  );
}

interface SwitchProps {
  label: string;
  hint?: ReactNode;
  checked: boolean;
  disabled?: boolean;
  onChange: (on: boolean) => void;
  testId: string;
}

function Switch({ label, hint, checked, disabled, onChange, testId }: SwitchProps) {
  const id = useId();
  return (
    <label className="flex items-start gap-3">
      <input
        type="checkbox"
        data-testid={testId}
        checked={checked}
        disabled={disabled}
        aria-describedby={hint ? id : undefined}
        onChange={(event) => onChange(event.target.checked)}
        className="mt-0.5 size-4 shrink-0 accent-(--tide)"
      />
      <span className="min-w-0">
        <span className="block text-sm font-medium">{label}</span>
        {hint && (
          <span id={id} className="block text-xs text-ink-soft">
            {hint}
          </span>
        )}
      </span>
    </label>
  );
}
