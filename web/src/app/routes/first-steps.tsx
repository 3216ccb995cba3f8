import { Phone } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { buttonClasses } from "@/components/ui/button";
import { Empty } from "@/components/ui/states";
import { useMay } from "@/lib/session-user";

/** What to do in an inbox that no number feeds yet. */
export function FirstSteps() {
  const { t } = useTranslation();
  const may = useMay("admin");
  return (
    <Empty icon={Phone} title={t("inbox.noNumber")} text={t("inbox.noNumberHint")}>
      {may && (
        <Link to="/settings/numbers" className={buttonClasses({})}>
          {t("number.new")}
        </Link>
      )}
    </Empty>
  );
}
