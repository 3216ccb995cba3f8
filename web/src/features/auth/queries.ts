import { queryOptions, useMutation } from "@tanstack/react-query";
import { acceptTokens } from "@/lib/api/auth-tokens";
import { request } from "@/lib/api/client";
import type { Challenge, InvitationInfo, Setup, Tokens } from "@/lib/api/types";
import { keys } from "@/lib/keys";

function ask<T>(path: string, body?: unknown): Promise<T> {
  return request<T>(body === undefined ? "GET" : "POST", path, {
    anonymous: true,
    ...(body !== undefined && { body }),
  });
}

export const setupQuery = queryOptions({
  queryKey: keys.setup,
  queryFn: () => ask<Setup>("/setup"),
  staleTime: 30_000,
});

export function invitationQuery(token: string) {
  return queryOptions({
    queryKey: ["invitation", token],
    queryFn: () => ask<InvitationInfo>(`/auth/invitations/${encodeURIComponent(token)}`),
    retry: false,
  });
}

export function useLogIn() {
  return useMutation({
    mutationFn: (form: { email: string; password: string }) =>
      ask<Tokens | Challenge>("/auth/login", form),
    onSuccess: (answer) => {
      if ("access_token" in answer) acceptTokens(answer);
    },
  });
}

/** The second step of a log-in. */
export function useAnswerChallenge() {
  return useMutation({
    mutationFn: (form: { challenge: string; code: string }) =>
      ask<Tokens>("/auth/login/two-factor", form),
    onSuccess: acceptTokens,
  });
}

export type Registration =
  | { organization: string; name: string; email: string; password: string }
  | { invitation: string; name: string; password: string };

export function useRegister() {
  return useMutation({
    mutationFn: (form: Registration) => ask<Tokens>("/auth/register", form),
    onSuccess: acceptTokens,
  });
}

export function useResetPassword() {
  return useMutation({
    mutationFn: (form: { token: string; password: string }) =>
      ask<void>("/auth/reset-password", form),
  });
}
