import { BookOpen } from "lucide-react";
import { useTranslation } from "react-i18next";
import { SettingsPage } from "@/components/settings-page";
import { Disclosure } from "@/components/ui/disclosure";
import { Notice } from "@/components/ui/notice";
import { LoadProblem, Spinner } from "@/components/ui/states";
import type { Cluster } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { listOf } from "@/lib/format";
import { hearing, isNode, successorOf, versionsOf } from "./health";
import { HealthLine } from "./health-line";
import { NodeCard } from "./node-card";
import { FIGURES } from "./node-figures";
import { isRefused, useCluster } from "./queries";
import { SingleNode } from "./single-node";
import { ToolLines } from "./tool-lines";

/** What the numbers are called, by their ids; null while that is on its way. */
type Names = ReadonlyMap<string, string> | null;

/** The nodes of the hub and how each fares, as of two seconds ago. */
export function ClusterPage({ names }: { names: Names }) {
  const { t } = useTranslation();
  const { data, error, dataUpdatedAt, isPending, refetch } = useCluster();
  return (
    <SettingsPage title={t("settings.cluster")} hint={t("cluster.pageHint")}>
      {isPending ? (
        <Spinner />
      ) : !data || isRefused(error) ? (
        <LoadProblem error={error} onRetry={() => void refetch()} />
      ) : (
        <>
          <HealthLine cluster={data} error={error} seenAt={dataUpdatedAt} />
          <Nodes cluster={data} names={names} old={error !== null} />
        </>
      )}
    </SettingsPage>
  );
}

function Nodes({ cluster, names, old }: { cluster: Cluster; names: Names; old: boolean }) {
  const { t } = useTranslation();
  const nodes = cluster.nodes.filter(isNode);
  const tools = cluster.nodes.filter((node) => !isNode(node));
  const versions = versionsOf(cluster);
  const redis = hearing(cluster);
  return (
    // What is no longer so has no colours.
    <div className={cn("transition-[filter]", old && "grayscale")}>
      {versions.length > 1 && (
        <Notice
          kind="info"
          text={t("cluster.versions", { versions: listOf(versions) })}
          className="mt-4"
        />
      )}
      <ul aria-label={t("cluster.nodes")} className="mt-4 grid gap-4">
        {nodes.map((node) => (
          <NodeCard
            key={node.number}
            node={node}
            successor={successorOf(node, nodes)}
            alone={cluster.embedded}
            asked={redis === "all" || redis === "some"}
            names={names}
          />
        ))}
      </ul>
      {tools.length > 0 && <ToolLines tools={tools} />}
      {cluster.embedded && <SingleNode />}
      <Meanings alone={cluster.embedded} />
    </div>
  );
}

function Meanings({ alone }: { alone: boolean }) {
  const { t } = useTranslation();
  return (
    <Disclosure icon={BookOpen} title={t("cluster.meanings")} className="mt-8">
      <dl className="mt-3 grid gap-x-6 gap-y-3 sm:grid-cols-2">
        {FIGURES.map((figure) => (
          <div key={figure}>
            <dt className="text-sm font-medium">{t(`cluster.figure.${figure}`)}</dt>
            <dd className="text-sm text-ink-soft">{t(`cluster.meaning.${figure}`)}</dd>
          </div>
        ))}
        {!alone && (
          <div>
            <dt className="text-sm font-medium">{t("cluster.sendsFor")}</dt>
            <dd className="text-sm text-ink-soft">{t("cluster.meaning.lines")}</dd>
          </div>
        )}
      </dl>
    </Disclosure>
  );
}
