import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import type { Template } from "@/lib/api/types";
import { templateCategory } from "@/lib/template-words";
import type { SendBody } from "../outbox";
import { isFilled, NO_VALUES, partsOf, type TemplateValues, templateBody } from "./parts";
import { TemplateChooser } from "./template-chooser";
import { TemplateForm } from "./template-form";

interface TemplateDialogProps {
  sessionId: string;
  /** Already chosen elsewhere. */
  template?: Template;
  onSend: (body: SendBody) => void;
  onClose: () => void;
}

/** Choose a template, fill its places, see it, send it. */
export function TemplateDialog({ sessionId, template, onSend, onClose }: TemplateDialogProps) {
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
  const send = () => {
    onSend({ type: "template", template: templateBody(chosen, parts, values) });
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
          <Button data-testid="template-send" disabled={!isFilled(parts, values)} onClick={send}>
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
