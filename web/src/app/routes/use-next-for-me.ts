import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { toastGood, toastProblem } from "@/components/ui/toast";
import { offers } from "@/features/conversations/offers";
import { usePutConversation } from "@/features/conversations/queries";
import { queueTopic, useQueues, useTakeNext } from "@/features/queues/queries";
import type { Next } from "@/features/queues/take-next";
import type { Team } from "@/lib/api/types";
import { useTopics } from "@/lib/connection";
import { useLogin } from "@/lib/session-user";

/** What waits for the teams that one is in, and how to take the next of it. */
export function useNextForMe(teams: Team[], search: string): Next {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const me = useLogin((login) => login.user?.id);
  const mine = teams.filter((team) => team.members.some((member) => member.id === me));
  useTopics(mine.map(queueTopic));
  const ids = new Set(mine.map((team) => team.id));
  const waiting = (useQueues(mine.length > 0).data ?? [])
    .filter((queue) => queue.team && ids.has(queue.team.id))
    .reduce((sum, queue) => sum + queue.waiting, 0);
  const put = usePutConversation();
  const { mutateAsync, isPending } = useTakeNext();
  const take = async () => {
    if (isPending) return;
    try {
      const taken = await offers.whileTaking(mutateAsync);
      if (!taken) return toastGood(t("queue.nobodyWaits"));
      put(taken);
      void navigate({ pathname: `/inbox/${taken.id}`, search }, { flushSync: true });
    } catch (error) {
      toastProblem(error);
    }
  };
  return { take: mine.length > 0 ? () => void take() : undefined, waiting, busy: isPending };
}
