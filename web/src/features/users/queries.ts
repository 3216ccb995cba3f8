import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/lib/api/client";
import type { Invitation, NewInvitation, Page, ResetLink, Role, UserView } from "@/lib/api/types";
import { keys } from "@/lib/keys";

export function useUsers() {
  return useQuery({
    queryKey: keys.users,
    queryFn: async ({ signal }) =>
      (await api.get<Page<UserView>>("/users", { limit: 200 }, signal)).data,
    staleTime: 60_000,
  });
}

export function useInvitations() {
  return useQuery({
    queryKey: keys.invitations,
    queryFn: async ({ signal }) =>
      (await api.get<Page<Invitation>>("/invitations", { limit: 200 }, signal)).data,
  });
}

export function useChangeUser(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (patch: { role?: Role; disabled?: boolean }) =>
      api.patch<UserView>(`/users/${id}`, patch),
    onSuccess: (user) =>
      client.setQueryData<UserView[]>(keys.users, (known) =>
        known?.map((other) => (other.id === user.id ? user : other)),
      ),
  });
}

/** A link by which somebody sets a new password. */
export function useResetLink(id: string) {
  return useMutation({
    mutationFn: () => api.post<ResetLink>(`/users/${id}/reset-link`),
  });
}

export function useInvite() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (invitation: { email: string; role: Role }) =>
      api.post<NewInvitation>("/invitations", invitation),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.invitations }),
  });
}

export function useWithdraw() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.delete(`/invitations/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.invitations }),
  });
}
