import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/lib/api/client";
import type { Agent, AgentStatus } from "@/lib/api/types";
import { keys } from "@/lib/keys";

/** The topic `agents` keeps it true. */
const myStatusQuery = queryOptions({
  queryKey: keys.myStatus,
  queryFn: ({ signal }) => api.get<Agent>("/me/status", undefined, signal),
  staleTime: Number.POSITIVE_INFINITY,
});

export function useMyStatus(): Agent | undefined {
  return useQuery(myStatusQuery).data;
}

export interface NewStatus {
  status: AgentStatus;
  /** Nobody chose it: nobody touched the page. */
  idle?: boolean;
}

export function useSetMyStatus() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: NewStatus) => api.put<Agent>("/me/status", body),
    onSuccess: (agent) => client.setQueryData(myStatusQuery.queryKey, agent),
  });
}

/** What a supervisor changes about somebody; the queues tell how it came out. */
export function useChangeAgent() {
  return useMutation({
    mutationFn: ({ id, ...change }: { id: string; status?: AgentStatus; capacity?: number }) =>
      api.patch<Agent>(`/agents/${id}`, change),
  });
}
