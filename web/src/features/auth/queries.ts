import { queryOptions, useMutation } from "@tanstack/react-query";
import { acceptTokens } from "@/lib/api/auth-tokens";
import { request } from "@/lib/api/client";
import type { Challenge, InvitationInfo, Tokens } from "@/lib/api/types";

function ask<T>(path: string, body?: unknown): Promise<T> {
  return request<T>(body === undefined ? "GET" : "POST", path, {
    anonymous: true,
    ...(body !== undefined && { body }),
  });
}

export function invitationQuery(token: string) {
  return queryOptions({
    queryKey: ["invitation", token],
    queryFn: () => ask<InvitationInfo>(`/auth/invitations/${encodeURIComponent(token)}`),
    retry: false,
  });
}

/** With a code, the password lets in though the account is locked. */
export function useLogIn() {
  return useMutation({
    mutationFn: (form: { email: string; password: string; code?: string }) =>
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

/** Asks for a mail with a link to a new password; the hub does not say whether there is such a person. */
export function useForgotPassword() {
  return useMutation({
    mutationFn: (email: string) => ask<void>("/auth/forgot-password", { email }),
  });
}

export function useResetPassword() {
  return useMutation({
    mutationFn: (form: { token: string; password: string }) =>
      ask<void>("/auth/reset-password", form),
  });
}
