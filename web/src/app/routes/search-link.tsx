import { TextSearch } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

/** From the names that the inbox's field finds to what was said. */
export function SearchLink({ q }: { q: string }) {
  const { t } = useTranslation();
  const words = q.trim();
  const to = { pathname: "/search", search: words ? `?${new URLSearchParams({ q: words })}` : "" };
  if (!words) {
    return (
      <Link
        to={to}
        aria-label={t("search.title")}
        title={t("search.title")}
        className="grid size-9.5 shrink-0 place-items-center rounded-lg text-ink-soft transition-colors hover:bg-sunken hover:text-ink"
      >
        <TextSearch aria-hidden className="size-[1.15rem]" />
      </Link>
    );
  }
  return (
    <Link
      to={to}
      data-testid="search-messages"
      className="mx-3.5 mb-2 flex items-center gap-2 rounded-lg bg-tide-soft px-3 py-2 text-sm font-medium text-tide-strong hover:underline"
    >
      <TextSearch aria-hidden className="size-4 shrink-0" />
      <span className="min-w-0 truncate">{t("search.messagesFor", { q: words })}</span>
    </Link>
  );
}
