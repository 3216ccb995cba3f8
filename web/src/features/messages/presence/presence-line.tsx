import { Eye, PenLine } from "lucide-react";
import { useTranslation } from "react-i18next";
import { listOf } from "@/lib/format";
import type { Person } from "@/lib/socket-frames";
import { type Asking, LoudLine } from "./loud-line";

interface Props extends Asking {
  others: Person[];
  /** Who answered while one wrote. */
  answeredBy: string | null;
}

/** Who else is here, above the field; loud only when two would answer at once. */
export function PresenceLine({ others, answeredBy, ...asking }: Props) {
  const { t } = useTranslation();
  const { asks } = asking;
  const names = (people: Person[]) => listOf(people.map((person) => person.name));
  const writers = others.filter((person) => person.activity === "writing");
  if (answeredBy !== null || writers.length > 0) {
    const words =
      answeredBy === null
        ? t(asks ? "presence.asks" : "presence.writes", {
            names: names(writers),
            count: writers.length,
          })
        : t(asks ? "presence.answeredAsks" : "presence.answered", { name: answeredBy });
    return <LoudLine icon={PenLine} testId="presence-line" words={words} {...asking} />;
  }
  if (others.length === 0) return null;
  return (
    <p
      role="status"
      data-testid="presence-line"
      className="flex items-center gap-2 border-b px-3.5 py-1 text-xs text-ink-soft"
    >
      <Eye aria-hidden className="size-3.5 shrink-0" />
      {t("presence.views", { names: names(others), count: others.length })}
    </p>
  );
}
