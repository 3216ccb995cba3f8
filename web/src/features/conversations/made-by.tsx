import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useMay } from "@/lib/session-user";

/** Where teams and tags come from, when there are none. */
export function MadeBy({ what }: { what: "tags" | "teams" }) {
  const { t } = useTranslation();
  const may = useMay("supervisor");
  return (
    <>
      {t(`care.none.${what}`)}{" "}
      {may ? (
        <Link to={`/settings/${what}`} className="font-medium text-tide-strong underline">
          {t("care.makeOne")}
        </Link>
      ) : (
        t("care.askSupervisor")
      )}
    </>
  );
}
