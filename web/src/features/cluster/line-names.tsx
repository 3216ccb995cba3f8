import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";

/** A node may send for thousands of numbers: more than these are shown on demand. */
const SHOWN = 12;

interface LineNamesProps {
  lines: string[];
  /** What the numbers are called, by their ids; null while that is on its way. */
  names: ReadonlyMap<string, string> | null;
}

/** The numbers that a node sends for; those whose name is not known by their id. */
export function LineNames({ lines, names }: LineNamesProps) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const sorted = names && sortLines(lines, names);
  const shown = all ? sorted : sorted?.slice(0, SHOWN);
  return (
    <div className="mt-4 border-t pt-3">
      <h3 className="text-xs text-ink-faint">{t("cluster.lines", { count: lines.length })}</h3>
      {names && shown && shown.length > 0 && (
        <ul className="mt-1.5 flex flex-wrap gap-1.5">
          {shown.map((line) => (
            <li key={line} className="min-w-0 rounded-md bg-sunken px-2 py-0.5 text-sm">
              {names.has(line) ? (
                <span className="wrap-anywhere">{names.get(line)}</span>
              ) : (
                <code className="font-mono text-xs wrap-anywhere text-ink-soft">{line}</code>
              )}
            </li>
          ))}
        </ul>
      )}
      {lines.length > SHOWN && (
        <Button
          size="sm"
          look="quiet"
          className="mt-1.5 -ms-3"
          aria-expanded={all}
          onClick={() => setAll((now) => !now)}
        >
          {all ? t("cluster.fewerLines") : t("cluster.allLines", { count: lines.length })}
        </Button>
      )}
    </div>
  );
}

/** By name; those without one at the end. */
function sortLines(lines: string[], names: ReadonlyMap<string, string>): string[] {
  return lines.toSorted((a, b) => {
    const [left, right] = [names.get(a), names.get(b)];
    if (left === undefined || right === undefined) {
      return Number(left === undefined) - Number(right === undefined) || a.localeCompare(b);
    }
    return left.localeCompare(right, undefined, { numeric: true });
  });
}
