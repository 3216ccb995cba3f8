import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import type { Template } from "@/lib/api/types";
import { templateCategory } from "@/lib/template-words";
import type { SendBody } from "../outbox";
import { LaterButton } from "../scheduled/later-button";
import type { LaterWay } from "../scheduled/leaving";
import { isFilled, NO_VALUES, partsOf, type TemplateValues, templateBody } from "./parts";
import { TemplateChooser } from "./template-chooser";
import { TemplateForm } from "./template-form";

interface TemplateDialogProps {
  sessionId: string;
  /** Already chosen elsewhere. */
  template?: Template;
  onSend: (body: SendBody) => void;
  later: LaterWay;
  onClose: () => void;
}

/** Choose a template, fill its places, see it, send it. */
export function TemplateDialog(props: TemplateDialogProps) {
  const { sessionId, template, onSend, later, onClose } = props;
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<Template | null>(template ?? null);
  const [values, setValues] = useState<TemplateValues>(NO_VALUES);
  if (!chosen) {
    return (
      <Dialog title={t("template.choose")} onClose={onClose}>
        <TemplateChooser sessionId={sessionId} onChoose={setChosen} />
      </Dialog>
    );
  }
  const parts = partsOf(chosen);
  const body = isFilled(parts, values)
    ? { type: "template", template: templateBody(chosen, parts, values) }
    : null;
  const send = () => {
    if (body) onSend(body);
    onClose();
  };
  return (
    <Dialog
      wide
      step={chosen.id}
      title={chosen.name}
      description={t("template.description", {
        language: chosen.language,
        category: templateCategory(chosen.category),
      })}
      onClose={onClose}
      footer={
        <>
          {!template && (
            <Button look="quiet" onClick={() => setChosen(null)}>
              {t("common.back")}
            </Button>
          )}
          <LaterButton body={body} later={later} onLeft={onClose} />
          <Button data-testid="template-send" disabled={!body} onClick={send}>
            {t("template.send")}
          </Button>
        </>
      }
    >
      <TemplateForm
        template={chosen}
        parts={parts}
        values={values}
        onChange={setValues}
        sessionId={sessionId}
      />
    </Dialog>
  );
}
