import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/lib/api/client";
import type { Macro, MacroAction } from "@/lib/api/types";
import { keys } from "@/lib/keys";
import { pagedQuery } from "@/lib/paged-query";

/** Everybody's macros and one's own. The topic `directory` keeps them true. */
export const macrosQuery = {
  ...pagedQuery<Macro>(keys.macros, "/macros"),
  staleTime: Number.POSITIVE_INFINITY,
};

export interface NewMacro {
  name: string;
  actions: MacroAction[];
  shared: boolean;
}

export function useSaveMacro(id: string | null) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (macro: NewMacro) =>
      id ? api.put<Macro>(`/macros/${id}`, macro) : api.post<Macro>("/macros", macro),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.macros }),
  });
}

export function useDeleteMacro() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.delete(`/macros/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.macros }),
  });
}
