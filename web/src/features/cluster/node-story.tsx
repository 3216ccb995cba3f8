import { useTranslation } from "react-i18next";
import type { ClusterNode } from "@/lib/api/types";
import { ago, fullTime, silence } from "@/lib/format";
import { useNow } from "@/lib/use-now";

/** Ends a line rather than begin one. */
const DOT = "\u00a0· ";

/** Which number and version a node has, since when it is up, and when it was last heard. */
export function NodeStory({ node }: { node: ClusterNode }) {
  const { t } = useTranslation();
  const now = useNow();
  const { number, version, started_at: started, silent_ms: silent } = node;
  return (
    <p className="text-sm text-ink-soft tabular-nums">
      {t("cluster.version", { version })}
      {DOT}
      {started && (
        <>
          <time dateTime={started} title={fullTime(started)}>
            {t("cluster.started", { ago: ago(started, now) })}
          </time>
          {DOT}
        </>
      )}
      {t("cluster.heard", { ago: silence(silent) })}
      {DOT}
      {t("cluster.number", { number })}
    </p>
  );
}
