import { useMutation, useQueryClient } from "@tanstack/react-query";
import { toastProblem } from "@/components/ui/toast";
import { api } from "@/lib/api/client";
import type { View, ViewFilters } from "@/lib/api/types";
import { keys } from "@/lib/keys";
import { pagedQuery } from "@/lib/paged-query";
import { mapItems, type Pages } from "@/lib/pages";

/** Everybody's views and one's own. The topic `directory` keeps them true. */
export const viewsQuery = {
  ...pagedQuery<View>(keys.views, "/views"),
  staleTime: Number.POSITIVE_INFINITY,
};

export interface NewView {
  name: string;
  filters: ViewFilters;
  shared: boolean;
  position?: number;
}

/** Without `id` a new one. */
export function useSaveView() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, ...view }: NewView & { id?: string | undefined }) =>
      id ? api.put<View>(`/views/${id}`, view) : api.post<View>("/views", view),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.views }),
  });
}

/** Writes new places of views: on the page at once, at the hub one after the other. */
export function useMoveViews() {
  const client = useQueryClient();
  return useMutation({
    scope: { id: "views" },
    mutationFn: async (views: View[]) => {
      for (const { id, name, filters, owner_id, position } of views) {
        await api.put<View>(`/views/${id}`, { name, filters, shared: owner_id === null, position });
      }
    },
    onMutate: (views) => {
      const next = new Map(views.map((view) => [view.id, view]));
      client.setQueryData<Pages<View>>(
        keys.views,
        (list) => list && mapItems(list, (view) => next.get(view.id) ?? view),
      );
    },
    onError: toastProblem,
    onSettled: () => client.invalidateQueries({ queryKey: keys.views }),
  });
}

export function useDeleteView() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.delete(`/views/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.views }),
  });
}
