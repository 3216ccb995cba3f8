import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Notice } from "@/components/ui/notice";
import { ApiError, isPassing } from "@/lib/api/problem";
import type { Macro } from "@/lib/api/types";
import { problemText, problemTitle } from "@/lib/problem-text";
import { type Refused, useMacros, useRunMacro } from "./run";

/** Why a macro was not done: in the hub's words, and that nothing else was done; or that nobody knows. */
export function MacroRefused({ refused }: { refused: Refused }) {
  const { t } = useTranslation();
  const run = useRunMacro();
  const { error, macro, conversationId, key } = refused;
  const close = () => useMacros.setState({ refused: null });
  const unsure = isPassing(error) || !(error instanceof ApiError);
  return (
    <Dialog
      title={t(unsure ? "macro.unsureTitle" : "macro.refusedTitle", { name: macro.name })}
      onClose={close}
      footer={
        <>
          <Button look={unsure ? "quiet" : "primary"} onClick={close}>
            {t("common.close")}
          </Button>
          {unsure && (
            <Button onClick={() => void run(conversationId, macro, key)}>
              {t("common.tryAgain")}
            </Button>
          )}
        </>
      }
    >
      <div className="grid gap-3">
        <Notice kind="danger" text={<Reason error={error} macro={macro} />} />
        <p>{t(unsure ? "macro.unsure" : "macro.nothingElse")}</p>
      </div>
    </Dialog>
  );
}

function Reason({ error, macro }: { error: unknown; macro: Macro }) {
  const { t } = useTranslation();
  if (!(error instanceof ApiError)) return problemText(error);
  const lines = error.fields.map(({ field, message }) => {
    const step = macro.actions[Number(/^actions\.(\d+)/.exec(field)?.[1])];
    return `${step ? t(`macro.step.${step.do}`) : field}: ${message}`;
  });
  return (
    <>
      <strong>{problemTitle(error)}</strong>
      {error.detail && <p className="mt-1">{error.detail}</p>}
      {lines.map((line) => (
        <p key={line} className="mt-1">
          {line}
        </p>
      ))}
    </>
  );
}
