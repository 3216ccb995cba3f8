import { queryOptions, useMutation, useQuery } from "@tanstack/react-query";
import { api } from "@/lib/api/client";
import type { Conversation, QueueFigures } from "@/lib/api/types";
import { keys } from "@/lib/keys";
import { pagedQuery } from "@/lib/paged-query";

/** The topics `queue:…` keep true what is looked at. */
export const queuesQuery = queryOptions({
  queryKey: keys.queues,
  queryFn: async ({ signal }) => {
    const { data } = await api.get<{ data: QueueFigures[] }>("/queues", undefined, signal);
    return data;
  },
  // Somebody who comes back to it was not told of all that happened meanwhile.
  refetchOnMount: "always",
  staleTime: Number.POSITIVE_INFINITY,
});

/** `wanted`: whether somebody looks at them. */
export function useQueues(wanted = true) {
  return useQuery({ ...queuesQuery, enabled: wanted });
}

/** The topic of a line; without a team, of what is nobody's. */
export function queueTopic(team: { id: string } | null): string {
  return `queue:${team?.id ?? "none"}`;
}

/** What waits for a team, next first: its head. */
export function lineQuery(teamId: string) {
  return pagedQuery<Conversation>(keys.line(teamId), `/teams/${teamId}/line`, { limit: 50 });
}

/** Takes what has waited longest for one of the person's teams; null when nothing waits. */
export function useTakeNext() {
  return useMutation({
    mutationFn: async () =>
      (await api.post<{ conversation: Conversation | null }>("/queues/next", {})).conversation,
  });
}
