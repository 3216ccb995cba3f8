import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/lib/api/client";
import type { Page, Session, SessionStatus, Template } from "@/lib/api/types";
import { keys } from "@/lib/keys";
import { applySession } from "./events";

export function useSessions() {
  return useQuery({
    queryKey: keys.sessions,
    queryFn: async ({ signal }) =>
      (await api.get<Page<Session>>("/sessions", { limit: 200 }, signal)).data,
  });
}

export interface NewSession {
  name: string;
  provider: "cloud_api";
  phone_number_id: string;
  business_account_id: string;
  access_token: string;
  app_secret: string;
  verify_token?: string;
}

export interface SessionPatch {
  name?: string;
  status?: SessionStatus;
  access_token?: string;
  app_secret?: string;
  verify_token?: string;
  business_account_id?: string;
}

function useTake() {
  const client = useQueryClient();
  return (session: Session) =>
    client.setQueryData<Session[]>(keys.sessions, (known) => applySession(known ?? [], session));
}

export function useCreateSession() {
  const take = useTake();
  return useMutation({
    mutationFn: (session: NewSession) => api.post<Session>("/sessions", session),
    onSuccess: take,
  });
}

export function useChangeSession(id: string) {
  const take = useTake();
  return useMutation({
    mutationFn: (patch: SessionPatch) => api.patch<Session>(`/sessions/${id}`, patch),
    onSuccess: take,
  });
}

export function useTestSession(id: string) {
  const take = useTake();
  return useMutation({
    mutationFn: () => api.post<Session>(`/sessions/${id}/test`),
    onSuccess: take,
  });
}

export function useDeleteSession(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api.delete(`/sessions/${id}`),
    onSuccess: () =>
      client.setQueryData<Session[]>(keys.sessions, (known) =>
        known?.filter((session) => session.id !== id),
      ),
  });
}

export function useSyncTemplates(id: string) {
  return useMutation({
    mutationFn: () => api.post<{ job_id: string }>(`/sessions/${id}/templates/sync`),
  });
}

/** All templates of a number, whatever their status. */
export function useTemplates(sessionId: string) {
  return useQuery({
    queryKey: [...keys.templates(sessionId), "all"],
    queryFn: async ({ signal }) =>
      (await api.get<Page<Template>>("/templates", { session: sessionId, limit: 200 }, signal))
        .data,
  });
}
