import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/lib/api/client";
import type { Hours, Routing, Sla, Team } from "@/lib/api/types";
import { keys } from "@/lib/keys";
import { pagedQuery } from "@/lib/paged-query";

export const teamsQuery = { ...pagedQuery<Team>(keys.teams, "/teams"), staleTime: 60_000 };

export interface TeamForm {
  name: string;
  member_ids: string[];
  session_ids: string[];
  routing: Routing;
  sla: Sla;
  /** Null: around the clock. */
  hours: Hours | null;
  away_message: string | null;
}

/** A new team with all that it is, or what changes about one. */
export function useSaveTeam(id: string | null) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (team: Partial<TeamForm>) =>
      id ? api.patch<Team>(`/teams/${id}`, team) : api.post<Team>("/teams", team),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.teams }),
  });
}

/** Takes a team out of use. */
export function useArchiveTeam() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.delete(`/teams/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.teams }),
  });
}
