import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import type { ScheduledMessage } from "@/lib/api/types";
import { useLogin, useMay } from "@/lib/session-user";
import { SendAnyway } from "./send-anyway";
import { useTakeBack } from "./use-take-back";

/** What can be done about a message that will not be sent because the customer wrote. */
export function OffActions({ row, sessionId }: { row: ScheduledMessage; sessionId: string }) {
  const { t } = useTranslation();
  const supervises = useMay("supervisor");
  const isMine = useLogin((login) => login.user?.id) === row.author.id;
  const takeBack = useTakeBack(row, sessionId, isMine);
  if (!isMine && !supervises) return null;
  return (
    <>
      <SendAnyway row={row} />
      <Button size="sm" look="quiet" busy={takeBack.busy} onClick={takeBack.run}>
        {t("later.takeBack")}
      </Button>
    </>
  );
}
