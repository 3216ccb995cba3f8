import { Server } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Chip } from "@/components/ui/chip";
import { Notice } from "@/components/ui/notice";
import type { ClusterNode } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { isDeaf, isUnanswered } from "./health";
import { LineNames } from "./line-names";
import { NodeFigures } from "./node-figures";
import { NodeStory } from "./node-story";

interface NodeCardProps {
  node: ClusterNode;
  /** As which it came back, if it did. */
  successor: ClusterNode | undefined;
  /** Whether it is the only one there can be, and so sends for all numbers. */
  alone: boolean;
  /** Whether any node can ask the others at all. */
  asked: boolean;
  /** What the numbers are called, by their ids; null while that is on its way. */
  names: ReadonlyMap<string, string> | null;
}

/** One node: how it stands, what it has in hand, which numbers it sends for. */
export function NodeCard({ node, successor, alone, asked, names }: NodeCardProps) {
  const { t } = useTranslation();
  const { report } = node;
  const silent = isUnanswered(node) && asked;
  return (
    <li
      data-testid="node-card"
      data-standing={node.standing}
      className={cn("rounded-2xl border bg-panel p-5", successor && "bg-transparent")}
    >
      <div className="flex items-start gap-4">
        <span
          className={cn(
            "grid size-11 shrink-0 place-items-center rounded-xl",
            report ? "bg-tide-soft text-tide-strong" : "bg-sunken text-ink-faint",
          )}
        >
          <Server aria-hidden className="size-5" />
        </span>
        <div className="min-w-0 flex-1">
          <div className="flex flex-wrap items-center gap-2">
            <h2 className="text-lg font-semibold wrap-anywhere">{node.name}</h2>
            <Standing node={node} successor={successor} />
            {silent && <Chip look="ember">{t("cluster.noAnswer")}</Chip>}
            {node.this && <Chip look="tide">{t("cluster.this")}</Chip>}
            {node.keeps_queues && !alone && <Chip>{t("cluster.keepsQueues")}</Chip>}
          </div>
          <NodeStory node={node} />
        </div>
      </div>
      {report ? (
        <>
          {isDeaf(node) && <Notice kind="time" text={t("cluster.deaf")} className="mt-4" />}
          <NodeFigures report={report} />
          {!alone && <LineNames lines={report.lines} names={names} />}
        </>
      ) : (
        <p className="mt-4 border-t pt-3 text-sm text-ink-soft">
          <Absence node={node} successor={successor} asked={asked} />
        </p>
      )}
    </li>
  );
}

const LOOK = { live: "good", leaving: "ember", dead: "danger", tool: "plain" } as const;

function Standing({ node, successor }: Pick<NodeCardProps, "node" | "successor">) {
  const { t } = useTranslation();
  if (successor) return <Chip>{t("cluster.ended")}</Chip>;
  return <Chip look={LOOK[node.standing]}>{t(`cluster.standing.${node.standing}`)}</Chip>;
}

/** Why there are no figures of it. */
function Absence({ node, successor, asked }: Pick<NodeCardProps, "node" | "successor" | "asked">) {
  const { t } = useTranslation();
  if (successor) return t("cluster.absence.successor", { number: successor.number });
  if (node.standing === "dead") return t("cluster.absence.dead");
  return asked ? t("cluster.absence.noAnswer") : t("cluster.absence.notAsked");
}
