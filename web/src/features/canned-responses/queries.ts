import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/lib/api/client";
import type { CannedResponse } from "@/lib/api/types";
import { keys } from "@/lib/keys";
import { pagedQuery } from "@/lib/paged-query";

export const cannedResponsesQuery = {
  ...pagedQuery<CannedResponse>(keys.cannedResponses, "/canned-responses"),
  staleTime: 60_000,
};

/** Whatever shows canned responses, by whichever question, asks again. */
const ROOT = ["canned-responses"];

export interface NewCannedResponse {
  shortcut: string;
  text: string;
  shared: boolean;
}

export function useSaveCannedResponse(id: string | null) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (response: NewCannedResponse) =>
      id
        ? api.put<CannedResponse>(`/canned-responses/${id}`, response)
        : api.post<CannedResponse>("/canned-responses", response),
    onSuccess: () => client.invalidateQueries({ queryKey: ROOT }),
  });
}

export function useDeleteCannedResponse() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.delete(`/canned-responses/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: ROOT }),
  });
}
