import { Workflow } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { macrosQuery } from "@/features/macros/queries";
import { cn } from "@/lib/classes";
import { useWhole } from "@/lib/paged-query";
import { openMacros, useMacros } from "./run";

/** In the header, where there is room; on a phone the contact's pane has it. */
export function MacroIcon({ id }: { id: string }) {
  const { t } = useTranslation();
  // The list is there when it is opened.
  useWhole(macrosQuery);
  const busy = useMacros(({ running }) => running.includes(id));
  return (
    <IconButton
      icon={Workflow}
      label={t("macro.run")}
      data-testid="macros"
      aria-busy={busy || undefined}
      aria-keyshortcuts="Alt+M"
      onClick={() => openMacros(id)}
      className={cn("max-md:hidden", busy && "animate-pulse text-tide")}
    />
  );
}

export function MacroButton({ id }: { id: string }) {
  const { t } = useTranslation();
  return (
    <Button look="secondary" size="sm" className="md:hidden" onClick={() => openMacros(id)}>
      <Workflow aria-hidden className="size-4" />
      {t("macro.run")}
    </Button>
  );
}
