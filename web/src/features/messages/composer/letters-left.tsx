import { useTranslation } from "react-i18next";
import { cn } from "@/lib/classes";
import { letters, MAX_TEXT } from "./attachment-kinds";

/** From here on the end is near enough to be told of. */
const NEAR = 200;

/** How much more fits, or how much is too much: nothing is cut off. */
export function LettersLeft({ text }: { text: string }) {
  const { t } = useTranslation();
  const left = MAX_TEXT - letters(text.trim());
  if (left > NEAR) return null;
  return (
    <p
      role={left <= 0 ? "status" : undefined}
      className={cn(
        "px-3.5 pt-1.5 text-end text-2xs tabular-nums",
        left <= 0 ? "font-semibold text-danger" : "text-ink-soft",
      )}
    >
      {left < 0
        ? t("composer.over", { count: -left, limit: MAX_TEXT })
        : left === 0
          ? t("composer.full", { limit: MAX_TEXT })
          : t("composer.left", { count: left })}
    </p>
  );
}
