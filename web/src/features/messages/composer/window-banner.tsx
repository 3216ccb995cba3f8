import { Clock } from "lucide-react";
import { useTranslation } from "react-i18next";
import { duration } from "@/lib/format";
import type { WindowState } from "@/lib/window";

/** Says how long free replies are still possible, once it matters. */
export function WindowBanner({ window }: { window: WindowState }) {
  const { t } = useTranslation();
  if (window.state !== "closing") return null;
  return (
    <p className="flex items-center gap-2 border-b border-ember/30 bg-ember-soft px-3.5 py-1.5 text-xs text-ember-ink">
      <Clock aria-hidden className="size-3.5 shrink-0" />
      {t("window.closing", { left: duration(window.leftMs) })}
    </p>
  );
}
