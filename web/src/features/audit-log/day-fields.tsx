import { useMutation } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { toastProblem } from "@/components/ui/toast";
import { saveFile } from "@/lib/save-file";
import { type Days, exportAuditLog } from "./queries";

interface DayFieldsProps {
  days: Days;
  onChange: (days: Days) => void;
}

/** Which days are shown, and the way to have them as a file. */
export function DayFields({ days, onChange }: DayFieldsProps) {
  const { t } = useTranslation();
  const exporting = useMutation({
    mutationFn: exportAuditLog,
    onSuccess: (file) => saveFile(file, fileName(days)),
    onError: toastProblem,
  });
  return (
    <div className="mb-4 grid grid-cols-2 items-end gap-3 sm:flex">
      <TextField
        label={t("search.from")}
        type="date"
        max={days.to || undefined}
        value={days.from}
        onChange={(event) => onChange({ ...days, from: event.target.value })}
      />
      <TextField
        label={t("search.to")}
        type="date"
        min={days.from || undefined}
        value={days.to}
        onChange={(event) => onChange({ ...days, to: event.target.value })}
      />
      <Button
        look="secondary"
        data-testid="audit-export"
        busy={exporting.isPending}
        onClick={() => exporting.mutate(days)}
        className="max-sm:col-span-2 sm:ms-auto"
      >
        {!exporting.isPending && <Download aria-hidden className="size-4" />}
        {t("audit.export")}
      </Button>
    </div>
  );
}

/** `audit-log-2026-01-01-2026-01-31.csv` */
function fileName({ from, to }: Days): string {
  return `${["audit-log", from, to].filter(Boolean).join("-")}.csv`;
}
