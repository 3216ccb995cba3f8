import { Split, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/ui/icon-button";
import { type Asking, LoudLine } from "./loud-line";
import type { Taken } from "./taken";

/** That somebody else has the conversation by now, above the field. */
export function TakenLine({ taken, ...asking }: Asking & { taken: Taken }) {
  const { t } = useTranslation();
  const { by, accept } = taken;
  if (by === null) return null;
  return (
    <LoudLine
      icon={Split}
      testId="taken-line"
      words={t(asking.asks ? "presence.takenAsks" : "presence.taken", { name: by })}
      {...asking}
    >
      <IconButton small icon={X} label={t("common.close")} onClick={accept} />
    </LoudLine>
  );
}
