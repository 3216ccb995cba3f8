import { useSessions } from "@/features/numbers/queries";
import { TeamsPage } from "@/features/teams/teams-page";
import { usersQuery } from "@/features/users/queries";
import { useWhole } from "@/lib/paged-query";

/** The teams' page, with everybody who can be in a team and the numbers that can be its own. */
export function TeamsRoute() {
  const users = useWhole(usersQuery);
  const sessions = useSessions();
  return <TeamsPage users={users.data ?? []} sessions={sessions.data ?? []} />;
}
