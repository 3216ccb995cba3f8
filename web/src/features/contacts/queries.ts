import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/lib/api/client";
import type { Contact } from "@/lib/api/types";
import { keys } from "@/lib/keys";

export function useContact(id: string) {
  return useQuery({
    queryKey: keys.contact(id),
    queryFn: ({ signal }) => api.get<Contact>(`/contacts/${id}`, undefined, signal),
  });
}

export function useRenameContact(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => api.patch<Contact>(`/contacts/${id}`, { name }),
    onSuccess: (contact) => {
      client.setQueryData(keys.contact(id), contact);
      // The rows that show the name come over the socket; without one, ask.
      void client.invalidateQueries({ queryKey: keys.conversationLists });
      void client.invalidateQueries({ queryKey: keys.anyConversation });
    },
  });
}
