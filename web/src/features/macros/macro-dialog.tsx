import { Plus, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { IconButton } from "@/components/ui/icon-button";
import { Menu, MenuItem } from "@/components/ui/menu";
import type { Macro, MacroAction } from "@/lib/api/types";
import { fieldProblem, isAboutFields } from "@/lib/problem-text";
import { useMay } from "@/lib/session-user";
import { useSaveMacro } from "./queries";
import { StepFields } from "./step-fields";
import { addable, added, inOrder, type StepChoices } from "./steps";

interface MacroDialogProps {
  /** Absent: a new one. */
  macro?: Macro;
  choices: StepChoices;
  /** Whether a new one is everybody's at first. */
  shared?: boolean;
  onClose: () => void;
}

/** The name of a macro and its steps, in the order in which they are done. */
export function MacroDialog({ macro, choices, shared: first = false, onClose }: MacroDialogProps) {
  const { t } = useTranslation();
  const mayShare = useMay("supervisor");
  const [name, setName] = useState(macro?.name ?? "");
  const [steps, setSteps] = useState(() => inOrder(macro?.actions ?? []));
  const [shared, setShared] = useState(macro ? macro.owner_id === null : first);
  const [lacksSteps, setLacksSteps] = useState(false);
  const save = useSaveMacro(macro?.id ?? null);
  const places = steps.flatMap((step, index) => placesOf(step, index));
  const change = (next: MacroAction[]) => {
    setSteps(next);
    setLacksSteps(false);
    // What was wrong is known by its place.
    save.reset();
  };
  const submit = () => {
    if (steps.length === 0) return setLacksSteps(true);
    save.mutate(
      { name: name.trim(), actions: steps, shared: shared && mayShare },
      { onSuccess: onClose },
    );
  };
  return (
    <FormDialog
      title={t(macro ? "macro.edit" : "macro.new")}
      action={t(macro ? "common.save" : "macro.create")}
      busy={save.isPending}
      error={isAboutFields(save.error, ["name", ...places]) ? null : save.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField
        required
        label={t("macro.name")}
        error={fieldProblem(save.error, "name")}
        maxLength={60}
        placeholder={t("macro.example")}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <section className="grid gap-2 *:min-w-0" aria-labelledby="macro-steps">
        <h3 id="macro-steps" className="text-sm font-medium">
          {t("macro.steps")}
        </h3>
        <p className="-mt-1 text-xs text-ink-faint">{t("macro.stepsHint")}</p>
        <ol className="grid gap-2 *:min-w-0">
          {steps.map((step, index) => (
            <li key={step.do} className="grid gap-2.5 rounded-xl border bg-sunken/50 p-3">
              <div className="flex items-center gap-2">
                <h4 className="min-w-0 flex-1 truncate text-sm font-medium">
                  {index + 1}. {t(`macro.step.${step.do}`)}
                </h4>
                <IconButton
                  small
                  icon={X}
                  label={t("macro.removeStep", { step: t(`macro.step.${step.do}`) })}
                  onClick={() => change(steps.filter((other) => other !== step))}
                  className="-my-1 -me-1"
                />
              </div>
              <StepFields
                step={step}
                choices={choices}
                problem={problemOf(save.error, step, index)}
                onChange={(next) => change(steps.map((other) => (other === step ? next : other)))}
              />
            </li>
          ))}
        </ol>
        <div>
          <Menu
            trigger={
              <Button look="secondary" size="sm" data-testid="add-step">
                <Plus aria-hidden className="size-4" />
                {t("macro.addStep")}
              </Button>
            }
          >
            {addable(steps).map((kind) => (
              <MenuItem key={kind} onSelect={() => change(added(steps, kind))}>
                {t(`macro.step.${kind}`)}
              </MenuItem>
            ))}
          </Menu>
          <p role="alert" className={lacksSteps ? "mt-1.5 text-xs text-danger" : "sr-only"}>
            {lacksSteps && t("macro.noSteps")}
          </p>
        </div>
      </section>
      {mayShare && (
        <label className="flex items-center gap-3">
          <input
            type="checkbox"
            checked={shared}
            onChange={(event) => setShared(event.target.checked)}
            className="size-4 accent-(--tide)"
          />
          <span className="grid">
            {t("macro.share")}
            <span className="text-xs text-ink-faint">{t("macro.shareHint")}</span>
          </span>
        </label>
      )}
    </FormDialog>
  );
}

/** Where the hub may find something wrong with a step. */
function placesOf(step: MacroAction, index: number): string[] {
  return ["", ...Object.keys(step).map((field) => `.${field}`)].map(
    (field) => `actions.${index}${field}`,
  );
}

function problemOf(error: unknown, step: MacroAction, index: number): string | undefined {
  for (const place of placesOf(step, index)) {
    const problem = fieldProblem(error, place);
    if (problem) return problem;
  }
}
