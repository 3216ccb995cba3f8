import { MacrosPage } from "@/features/macros/macros-page";
import { tagsQuery } from "@/features/tags/queries";
import { teamsQuery } from "@/features/teams/queries";
import { usersQuery } from "@/features/users/queries";
import { useWhole } from "@/lib/paged-query";

/** The macros' page, with all that steps can name. */
export function MacrosRoute() {
  const users = useWhole(usersQuery).data ?? [];
  const teams = useWhole(teamsQuery).data ?? [];
  const tags = useWhole(tagsQuery).data ?? [];
  return <MacrosPage choices={{ users, teams, tags }} />;
}
