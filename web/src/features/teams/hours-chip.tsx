import { DoorClosed, DoorOpen } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Chip } from "@/components/ui/chip";
import type { Hours, QueueFigures } from "@/lib/api/types";
import { soonTime } from "@/lib/format";
import { useNow } from "@/lib/use-now";
import { weekText } from "./hours";

interface HoursChipProps {
  hours: Hours;
  /** What the hub says of it; unknown: only the week can be told. */
  figures: QueueFigures | undefined;
}

/** Whether a team is at work; else when it is. */
export function HoursChip({ hours, figures }: HoursChipProps) {
  const { t } = useTranslation();
  const now = useNow();
  const week = weekText(hours.week);
  const title = `${week} (${hours.time_zone})`;
  if (!figures) {
    return (
      <Chip icon={DoorOpen} title={title} className="max-w-full">
        <bdi className="truncate">{week}</bdi>
      </Chip>
    );
  }
  const { is_open, opens_at } = figures;
  return (
    <Chip icon={is_open ? DoorOpen : DoorClosed} look={is_open ? "good" : "plain"} title={title}>
      {is_open
        ? t("hours.openNow")
        : opens_at
          ? t("hours.closedUntil", { at: soonTime(opens_at, now) })
          : t("hours.closed")}
    </Chip>
  );
}
