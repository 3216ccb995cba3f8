import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/lib/api/client";
import type { Tag, TagColor } from "@/lib/api/types";
import { keys } from "@/lib/keys";
import { pagedQuery } from "@/lib/paged-query";

/** Every row of the inbox shows tags; who changes them tells all pages over the socket. */
export const tagsQuery = { ...pagedQuery<Tag>(keys.tags, "/tags"), staleTime: 60_000 };

/** A new tag, or another name and colour for one. */
export function useSaveTag(id: string | null) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (tag: { name: string; color: TagColor }) =>
      id ? api.patch<Tag>(`/tags/${id}`, tag) : api.post<Tag>("/tags", tag),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.tags }),
  });
}

export function useDeleteTag() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.delete(`/tags/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.tags }),
  });
}
