import { Lock } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Spinner } from "@/components/ui/states";
import type { Template } from "@/lib/api/types";
import { lazily } from "@/lib/lazily";
import type { WindowState } from "@/lib/window";
import type { SendBody } from "../outbox";
import type { LaterWay } from "../scheduled/leaving";

const TemplateChooser = lazily(
  async () => (await import("../templates/template-chooser")).TemplateChooser,
  <Spinner />,
);
const TemplateDialog = lazily(
  async () => (await import("../templates/template-dialog")).TemplateDialog,
);

interface ClosedWindowProps {
  window: WindowState;
  sessionId: string;
  draftKept: boolean;
  onSend: (body: SendBody) => void;
  later: LaterWay;
}

/** Outside the 24 hours only templates reach the customer: says so, and offers them. */
export function ClosedWindow(props: ClosedWindowProps) {
  const { window, sessionId, draftKept, onSend, later } = props;
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<Template | null>(null);
  return (
    <div className="grid gap-2 px-3.5 pt-3 pb-[max(0.75rem,env(safe-area-inset-bottom))]">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <Lock aria-hidden className="size-4 shrink-0 text-ember-ink" />
        <div className="min-w-48 flex-1">
          <p className="text-sm font-semibold">
            {window.state === "none" ? t("window.neverTitle") : t("window.closedTitle")}
          </p>
          <p className="text-xs text-ink-soft">
            {t("window.closedHint")}
            {draftKept && ` ${t("window.draftKept")}`}
          </p>
        </div>
      </div>
      <div className="max-h-48 overflow-y-auto">
        <TemplateChooser sessionId={sessionId} onChoose={setChosen} compact />
      </div>
      {chosen && (
        <TemplateDialog
          sessionId={sessionId}
          template={chosen}
          onSend={onSend}
          later={later}
          onClose={() => setChosen(null)}
        />
      )}
    </div>
  );
}
