import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "@/lib/api/client";
import type { Agent, AgentStatus } from "@/lib/api/types";
import { keys } from "@/lib/keys";
import { pagedQuery, useWhole } from "@/lib/paged-query";

/** The topic `agents` keeps it true. */
const myStatusQuery = queryOptions({
  queryKey: keys.myStatus,
  queryFn: ({ signal }) => api.get<Agent>("/me/status", undefined, signal),
  staleTime: Number.POSITIVE_INFINITY,
});

export function useMyStatus(): Agent | undefined {
  return useQuery(myStatusQuery).data;
}

/** How all stand, for whoever is about to choose one of them. */
const agentsQuery = { ...pagedQuery<Agent>(keys.agentList, "/agents"), staleTime: 0 };

export type AgentStates = ReadonlyMap<string, AgentStatus>;

/** The same by who they are; nobody's where it is not told, or not `asked`. */
export function useAgentStates(asked = true): AgentStates {
  const { data } = useWhole({ ...agentsQuery, enabled: asked });
  return useMemo(() => new Map(data?.map(({ id, state }) => [id, state])), [data]);
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

interface AgentChange {
  id: string;
  status?: AgentStatus;
  capacity?: number;
  /** All of them. */
  skills?: string[];
}

/** How somebody stands now, and what they can do; asked anew by whoever is about to change it. */
export function useAgent(id: string) {
  return useQuery({
    queryKey: keys.agent(id),
    queryFn: ({ signal }) => api.get<Agent>(`/agents/${id}`, undefined, signal),
    staleTime: 0,
    gcTime: 0,
  });
}

/** What a supervisor changes about somebody; the queues tell how it came out. */
export function useChangeAgent() {
  return useMutation({
    mutationFn: ({ id, ...change }: AgentChange) => api.patch<Agent>(`/agents/${id}`, change),
  });
}
