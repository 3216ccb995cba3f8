import { useTranslation } from "react-i18next";
import { Notice } from "@/components/ui/notice";
import type { Session } from "@/lib/api/types";

/** Says before anybody types that the number can't send. */
export function NumberNotice({ session }: { session: Session | undefined }) {
  const { t } = useTranslation();
  if (!session) return null;
  const { state, reason } = session.health;
  const stopped = state === "token_invalid" || state === "blocked";
  if (session.status === "active" && !stopped) return null;
  const text =
    session.status === "disabled"
      ? t("number.disabledNotice", { name: session.name })
      : `${t("number.stoppedNotice", { name: session.name })} ${reason ?? ""}`;
  return <Notice kind="danger" text={text} className="mx-4 mb-2" />;
}
