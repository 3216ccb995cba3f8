import { useSessions } from "@/features/numbers/queries";
import { queueTopic, useQueues } from "@/features/queues/queries";
import { TeamsPage } from "@/features/teams/teams-page";
import { usersQuery } from "@/features/users/queries";
import { useTopics } from "@/lib/connection";
import { useWhole } from "@/lib/paged-query";

/** The teams' page, with everybody who can be in a team, the numbers that can be its own, and who is at work. */
export function TeamsRoute() {
  const users = useWhole(usersQuery);
  const sessions = useSessions();
  const queues = useQueues();
  useTopics((queues.data ?? []).map(({ team }) => queueTopic(team)));
  return (
    <TeamsPage users={users.data ?? []} sessions={sessions.data ?? []} queues={queues.data ?? []} />
  );
}
