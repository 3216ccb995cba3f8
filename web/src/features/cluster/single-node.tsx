import { useTranslation } from "react-i18next";

const SETTINGS = ["DATABASE_URL", "REDIS_URL"] as const;

/** Why there is only one node, and what to set for several. */
export function SingleNode() {
  const { t } = useTranslation();
  return (
    <section data-testid="single-node" className="mt-8">
      <h2 className="text-lg font-semibold">{t("cluster.single.title")}</h2>
      <p className="mt-1 max-w-2xl text-ink-soft">{t("cluster.single.text")}</p>
      <dl className="mt-3 grid gap-x-4 gap-y-1 sm:grid-cols-[auto_1fr] sm:gap-y-2">
        {SETTINGS.map((setting) => (
          <div key={setting} className="contents">
            <dt className="mt-1.5 sm:mt-0">
              <code className="rounded-md bg-sunken px-1.5 py-0.5 font-mono text-xs">
                {setting}
              </code>
            </dt>
            <dd className="text-ink-soft">{t(`cluster.single.${setting}`)}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-3 text-sm text-ink-faint">{t("cluster.single.more")}</p>
    </section>
  );
}
