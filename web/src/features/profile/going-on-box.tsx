import { useTranslation } from "react-i18next";
import { useGoOn } from "@/lib/go-on";
import { Box } from "./box";

/** What happens after a conversation is done with. */
export function GoingOnBox() {
  const { t } = useTranslation();
  const wanted = useGoOn((goOn) => goOn.wanted);
  return (
    <Box title={t("profile.goOn.title")} hint={t("profile.goOn.hint")}>
      <label className="flex items-start gap-3 text-sm font-medium">
        <input
          type="checkbox"
          checked={wanted}
          onChange={(event) => useGoOn.setState({ wanted: event.target.checked })}
          className="mt-0.5 size-4 shrink-0 accent-(--tide)"
        />
        {t("profile.goOn.next")}
      </label>
    </Box>
  );
}
