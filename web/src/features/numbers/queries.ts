import { useMutation } from "@tanstack/react-query";
import { api } from "@/lib/api/client";
import type { Session, SessionStatus, Template } from "@/lib/api/types";
import { keys } from "@/lib/keys";
import { useLiveCache } from "@/lib/live-context";
import { pagedQuery, useWhole } from "@/lib/paged-query";
import { filterItems, type Pages } from "@/lib/pages";
import { applySession } from "./events";
import { forgetFailedTest, noteFailedTest } from "./failed-tests";

const sessionsQuery = pagedQuery<Session>(keys.sessions, "/sessions");

/** All numbers: every conversation belongs to one. */
export function useSessions() {
  return useWhole(sessionsQuery);
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
  const live = useLiveCache();
  return (session: Session) =>
    live.apply<Pages<Session>>(keys.sessions, (known) => applySession(known, session));
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

/** Asks WhatsApp about a number; its card tells why that failed. */
export function useTestSession() {
  const take = useTake();
  return useMutation({
    mutationFn: (session: Session) => api.post<Session>(`/sessions/${session.id}/test`),
    onSuccess: (session) => {
      forgetFailedTest(session.id);
      take(session);
    },
    onError: (error, session) => noteFailedTest(session, error),
  });
}

export function useDeleteSession(id: string) {
  const live = useLiveCache();
  return useMutation({
    mutationFn: () => api.delete(`/sessions/${id}`),
    onSuccess: () =>
      live.apply<Pages<Session>>(keys.sessions, (known) =>
        filterItems(known, (session) => session.id !== id),
      ),
  });
}

export function useSyncTemplates(id: string) {
  return useMutation({
    mutationFn: () => api.post<{ job_id: string }>(`/sessions/${id}/templates/sync`),
  });
}

/** All templates of a number, whatever their status. */
export function templatesQuery(sessionId: string) {
  return pagedQuery<Template>([...keys.templates(sessionId), "all"], "/templates", {
    session: sessionId,
  });
}
