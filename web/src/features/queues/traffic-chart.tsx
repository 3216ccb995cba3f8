import { memo, useId } from "react";
import { useTranslation } from "react-i18next";

const HEIGHT = 36;
const BAR = 3;
const GAP = 1;
/** So that one conversation does not look like a rush. */
const LEAST_TOP = 4;

interface TrafficProps {
  /** By minute, the last is now. */
  arrivals: number[];
  taken: number[];
}

/** What came in (up) and what was taken (down), minute by minute for an hour. */
export const TrafficChart = memo(
  function TrafficChart({ arrivals, taken }: TrafficProps) {
    const { t } = useTranslation();
    const ids = useId();
    const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
    const words = { arrived: sum(arrivals), taken: sum(taken) };
    const top = Math.max(LEAST_TOP, ...arrivals, ...taken);
    const width = arrivals.length * (BAR + GAP);
    const middle = HEIGHT / 2;
    const height = (number: number) => (number / top) * (middle - 1);
    return (
      <figure>
        <svg
          role="img"
          aria-labelledby={`${ids}-title ${ids}-desc`}
          viewBox={`0 0 ${width} ${HEIGHT}`}
          preserveAspectRatio="none"
          className="block h-9 w-full rtl:-scale-x-100"
        >
          <title id={`${ids}-title`}>{t("wall.traffic")}</title>
          <desc id={`${ids}-desc`}>{t("wall.trafficTold", words)}</desc>
          <rect y={middle - 0.25} width={width} height={0.5} className="fill-line-strong" />
          {arrivals.map((number, minute) => (
            <rect
              // biome-ignore lint/suspicious/noArrayIndexKey: a minute is its place.
              key={`in ${minute}`}
              x={minute * (BAR + GAP)}
              y={middle - height(number)}
              width={BAR}
              height={height(number)}
              className="fill-ember"
            />
          ))}
          {taken.map((number, minute) => (
            <rect
              // biome-ignore lint/suspicious/noArrayIndexKey: a minute is its place.
              key={`out ${minute}`}
              x={minute * (BAR + GAP)}
              y={middle}
              width={BAR}
              height={height(number)}
              className="fill-tide"
            />
          ))}
        </svg>
        <figcaption
          aria-hidden
          className="mt-1 flex justify-between gap-2 text-2xs text-ink-soft tabular-nums"
        >
          <span className="flex items-center gap-1">
            <span className="size-2 rounded-xs bg-ember" />
            {t("wall.arrived", { count: words.arrived })}
          </span>
          <span className="flex items-center gap-1">
            <span className="size-2 rounded-xs bg-tide" />
            {t("wall.taken", { count: words.taken })}
          </span>
          <span className="text-ink-faint">{t("wall.lastHour")}</span>
        </figcaption>
      </figure>
    );
  },
  (before, after) =>
    before.arrivals.join() === after.arrivals.join() && before.taken.join() === after.taken.join(),
);
