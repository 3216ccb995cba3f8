import { TeamsPage } from "@/features/teams/teams-page";
import { usersQuery } from "@/features/users/queries";
import { useWhole } from "@/lib/paged-query";

/** The teams' page, with everybody who can be in a team. */
export function TeamsRoute() {
  const users = useWhole(usersQuery);
  return <TeamsPage users={users.data ?? []} />;
}
