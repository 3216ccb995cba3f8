import { useTranslation } from "react-i18next";
import { Lines } from "@/components/settings-page";
import { Chip } from "@/components/ui/chip";
import type { ClusterNode } from "@/lib/api/types";
import { NodeStory } from "./node-story";

/** Processes that work on the database and serve nobody, told in passing. */
export function ToolLines({ tools }: { tools: ClusterNode[] }) {
  const { t } = useTranslation();
  return (
    <section className="mt-8">
      <h2 className="text-base font-semibold text-ink-soft">{t("cluster.tools")}</h2>
      <p className="mt-0.5 mb-3 text-sm text-ink-faint">{t("cluster.toolsHint")}</p>
      <Lines label={t("cluster.tools")}>
        {tools.map((tool) => (
          <li key={tool.number} data-testid="tool-row" className="px-4 py-2.5">
            <div className="flex flex-wrap items-center gap-2">
              <span className="wrap-anywhere text-ink-soft">{tool.name}</span>
              <Chip>{t("cluster.standing.tool")}</Chip>
            </div>
            <NodeStory node={tool} />
          </li>
        ))}
      </Lines>
    </section>
  );
}
