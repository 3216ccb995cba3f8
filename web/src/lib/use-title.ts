import { useEffect } from "react";
import { useTranslation } from "react-i18next";

/** What the browser's tab says. */
export function useTitle(title: string): void {
  const { t } = useTranslation();
  const text = `${title} · ${t("app.name")}`;
  useEffect(() => {
    document.title = text;
  }, [text]);
}
