import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/lib/api/client";
import type { Login, RecoveryCodes, TwoFactor, TwoFactorSecret } from "@/lib/api/types";
import { keys } from "@/lib/keys";
import { pagedQuery } from "@/lib/paged-query";

/** Where the person is signed in, newest first. */
export const loginsQuery = pagedQuery<Login>(keys.logins, "/me/logins", { limit: 20 });

/** Ends one log-in, or all others. */
export function useEndLogin() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string | null) => api.delete(id ? `/me/logins/${id}` : "/me/logins"),
    onSettled: () => client.invalidateQueries({ queryKey: keys.logins }),
  });
}

export const twoFactorQuery = queryOptions({
  queryKey: keys.twoFactor,
  queryFn: ({ signal }) => api.get<TwoFactor>("/me/two-factor", undefined, signal),
});

export function useBeginTwoFactor() {
  return useMutation({
    mutationFn: (password: string) => api.post<TwoFactorSecret>("/me/two-factor", { password }),
  });
}

/** What changes how the second factor stands; the other log-ins may have ended with it. */
function useChange<Form, Answer>(change: (form: Form) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.twoFactor });
      void client.invalidateQueries({ queryKey: keys.logins });
    },
  });
}

export interface Proofs {
  password: string;
  code: string;
}

export function useConfirmTwoFactor() {
  return useChange((code: string) => api.post<RecoveryCodes>("/me/two-factor/confirm", { code }));
}

export function useDropTwoFactor() {
  return useChange((proofs: Proofs) => api.delete("/me/two-factor", proofs));
}

export function useRenewCodes() {
  return useChange((proofs: Proofs) =>
    api.post<RecoveryCodes>("/me/two-factor/recovery-codes", proofs),
  );
}
