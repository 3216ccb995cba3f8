import { Eye, PenLine } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { listOf } from "@/lib/format";
import type { Person } from "@/lib/socket-frames";

interface Props {
  others: Person[];
  /** Who answered while one wrote. */
  answeredBy: string | null;
  /** Somebody wants to send although a colleague writes or has answered. */
  asks: boolean;
  onSend(): void;
  onWait(): void;
}

/** Who else is here, above the field; loud only when two would answer at once. */
export function PresenceLine({ others, answeredBy, asks, onSend, onWait }: Props) {
  const { t } = useTranslation();
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
    return (
      <div
        role="status"
        data-testid="presence-line"
        className="flex flex-wrap items-center gap-2 border-b border-ember/30 bg-ember-soft px-3.5 py-1.5 text-xs text-ember-ink"
      >
        <PenLine aria-hidden className="size-3.5 shrink-0" />
        <span className="min-w-0 flex-1">{words}</span>
        {asks && (
          <>
            <Button size="sm" look="secondary" onClick={onWait}>
              {t("presence.wait")}
            </Button>
            <Button size="sm" data-testid="send-anyway" onClick={onSend}>
              {t("presence.sendAnyway")}
            </Button>
          </>
        )}
      </div>
    );
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
