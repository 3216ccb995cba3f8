import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/lib/api/client";
import type { Invitation, NewInvitation, ResetLink, Role, UserView } from "@/lib/api/types";
import { keys } from "@/lib/keys";
import { pagedQuery } from "@/lib/paged-query";
import { itemsOf, mapItems } from "@/lib/pages";

export const usersQuery = {
  ...pagedQuery<UserView>(keys.users, "/users"),
  staleTime: 60_000,
};

export const invitationsQuery = pagedQuery<Invitation>(keys.invitations, "/invitations");

/** The invitations that are open. */
export function useInvitations() {
  return useInfiniteQuery({
    ...invitationsQuery,
    select: itemsOf<Invitation>,
  });
}

interface UserPatch {
  role?: Role;
  disabled?: boolean;
  /** The API keys of somebody who is disabled go on working. */
  keep_api_keys?: boolean;
}

export function useChangeUser(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (patch: UserPatch) => api.patch<UserView>(`/users/${id}`, patch),
    onSuccess: (user) => {
      client.setQueryData(
        usersQuery.queryKey,
        (known) => known && mapItems(known, (other) => (other.id === user.id ? user : other)),
      );
      // What they handed out may have ended with it.
      void client.invalidateQueries({ queryKey: keys.invitations });
      void client.invalidateQueries({ queryKey: keys.apiKeys });
    },
  });
}

/** Ends all their log-ins. */
export function useSignOut(id: string) {
  return useMutation({ mutationFn: () => api.delete(`/users/${id}/logins`) });
}

/** Takes the second factor of somebody who lost it. */
export function useResetTwoFactor(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api.delete(`/users/${id}/two-factor`),
    onSuccess: () =>
      client.setQueryData(
        usersQuery.queryKey,
        (known) =>
          known &&
          mapItems(known, (user) => (user.id === id ? { ...user, two_factor: false } : user)),
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
    mutationFn: (invitation: { email: string; role: Role; send_mail?: boolean }) =>
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
