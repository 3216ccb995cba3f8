import { ListChecks } from "lucide-react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/ui/icon-button";
import { clearSelection, startSelecting, useSelection } from "./selection";

/** The id of the button that begins to select. */
export const SELECT_BUTTON = "select-conversations";

/** Lets a click on a row select it instead of opening it. */
export function SelectButton() {
  const { t } = useTranslation();
  const on = useSelection((selection) => selection.on);
  return (
    <IconButton
      id={SELECT_BUTTON}
      icon={ListChecks}
      label={t("bulk.select")}
      active={on}
      onClick={() => (on ? clearSelection() : startSelecting())}
    />
  );
}
