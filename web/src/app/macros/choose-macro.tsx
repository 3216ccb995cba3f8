import { Workflow } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { buttonClasses } from "@/components/ui/button";
import { Choices } from "@/components/ui/picker";
import { Empty, LoadProblem } from "@/components/ui/states";
import { macrosQuery } from "@/features/macros/queries";
import { summary } from "@/features/macros/steps";
import { useWhole } from "@/lib/paged-query";
import { closeMacros, useRunMacro } from "./run";

/** All macros, one's own first; a few letters and Enter run one. */
export function ChooseMacro({ conversationId }: { conversationId: string }) {
  const { t } = useTranslation();
  const list = useWhole(macrosQuery);
  const run = useRunMacro();
  const macros = list.data ?? [];
  const manage = (
    <Link
      to="/settings/macros"
      onClick={closeMacros}
      className={buttonClasses({ look: "secondary", size: "sm" })}
    >
      {t("macro.manage")}
    </Link>
  );
  if (list.isError && macros.length === 0) {
    return <LoadProblem error={list.error} onRetry={() => list.refetch()} />;
  }
  if (list.isSuccess && macros.length === 0) {
    return (
      <Empty icon={Workflow} title={t("macro.emptyTitle")} text={t("macro.emptyHint")}>
        {manage}
      </Empty>
    );
  }
  return (
    <div className="grid gap-3 *:min-w-0">
      <Choices
        takesFocus
        label={t("settings.macros")}
        options={[...macros.filter(isOwn), ...macros.filter((macro) => !isOwn(macro))].map(
          ({ id, name, actions }) => ({ value: id, name, detail: summary(actions, t) }),
        )}
        busy={list.isPending}
        chosen={[]}
        onChoose={(id) => {
          closeMacros();
          const macro = macros.find((one) => one.id === id);
          if (macro) void run(conversationId, macro);
        }}
        className="-mx-1.5 w-auto *:min-w-0"
      />
      <div className="flex justify-end">{manage}</div>
    </div>
  );
}

function isOwn({ owner_id }: { owner_id: string | null }): boolean {
  return owner_id !== null;
}
