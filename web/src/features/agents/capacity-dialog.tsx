import { useState } from "react";
import { useTranslation } from "react-i18next";
import { TextField } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { fieldProblem, isAboutFields } from "@/lib/problem-text";
import { useChangeAgent } from "./queries";

/** As the hub. */
const MOST = 500;

interface CapacityDialogProps {
  agent: { id: string; name: string; capacity: number };
  onClose: () => void;
}

/** How many open conversations somebody is given at most. */
export function CapacityDialog({ agent, onClose }: CapacityDialogProps) {
  const { t } = useTranslation();
  const [capacity, setCapacity] = useState(String(agent.capacity));
  const change = useChangeAgent();
  const shown = isAboutFields(change.error, ["capacity"]);
  return (
    <FormDialog
      title={t("agent.capacityOf", { name: agent.name })}
      action={t("common.save")}
      busy={change.isPending}
      error={shown ? null : change.error}
      onSubmit={() =>
        change.mutate({ id: agent.id, capacity: Number(capacity) }, { onSuccess: onClose })
      }
      onClose={onClose}
    >
      <TextField
        required
        type="number"
        min={0}
        max={MOST}
        step={1}
        label={t("agent.capacity")}
        hint={t("agent.capacityHint")}
        error={fieldProblem(change.error, "capacity")}
        value={capacity}
        onChange={(event) => setCapacity(event.target.value)}
      />
    </FormDialog>
  );
}
