import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/lib/api/client";
import type { ScheduledMessage } from "@/lib/api/types";
import { keys, type ScheduledFilter } from "@/lib/keys";
import { pagedQuery } from "@/lib/paged-query";
import type { SendBody } from "../outbox";

const PAGE = 50;

/** Messages that wait for their times, or waited. Events tell of those in a conversation that is open, and no others. */
export function scheduledQuery(which: ScheduledFilter) {
  const { conversation, ...query } = which;
  const path = conversation
    ? `/conversations/${conversation}/scheduled-messages`
    : "/scheduled-messages";
  return {
    ...pagedQuery<ScheduledMessage>(keys.scheduled(which), path, { ...query, limit: PAGE }),
    staleTime: 0,
    refetchOnWindowFocus: true,
  };
}

/** What is to change; what is absent stays. */
export interface ScheduledChange {
  send_at?: string;
  unless_reply?: boolean;
  message?: SendBody;
}

function useScheduled<Variables, Answer>(send: (variables: Variables) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: send,
    // Also when it was refused: it may have gone its way meanwhile.
    onSettled: () => client.invalidateQueries({ queryKey: keys.anyScheduled }),
  });
}

export function useChangeScheduled() {
  return useScheduled(({ id, change }: { id: string; change: ScheduledChange }) =>
    api.patch<ScheduledMessage>(`/scheduled-messages/${id}`, change),
  );
}

export function useSendScheduledNow() {
  return useScheduled((id: string) => api.post<ScheduledMessage>(`/scheduled-messages/${id}/send`));
}

/** Takes back what waits, puts away what was not sent. */
export function useCancelScheduled() {
  return useScheduled((id: string) => api.delete(`/scheduled-messages/${id}`));
}
