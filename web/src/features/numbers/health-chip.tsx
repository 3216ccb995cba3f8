import { useTranslation } from "react-i18next";
import { Chip } from "@/components/ui/chip";
import type { Session } from "@/lib/api/types";

const LOOK = {
  ok: "good",
  unknown: "plain",
  token_invalid: "danger",
  limited: "ember",
  blocked: "danger",
  webhook_silent: "ember",
} as const;

interface HealthProps {
  session: Session;
  /** The last test got no answer. */
  unreachable: boolean;
}

export function HealthChip({ session, unreachable }: HealthProps) {
  const { t } = useTranslation();
  if (session.status === "disabled") return <Chip>{t("number.disabled")}</Chip>;
  if (unreachable && session.health.state === "unknown") {
    return <Chip look="danger">{t("number.notReached")}</Chip>;
  }
  return (
    <Chip look={LOOK[session.health.state]}>{t(`number.health.${session.health.state}`)}</Chip>
  );
}

const QUALITY = { GREEN: "good", YELLOW: "ember", RED: "danger" } as const;

export function QualityChip({ quality }: { quality: string | null }) {
  const { t } = useTranslation();
  if (quality !== "GREEN" && quality !== "YELLOW" && quality !== "RED") return null;
  return <Chip look={QUALITY[quality]}>{t(`number.quality.${quality}`)}</Chip>;
}
