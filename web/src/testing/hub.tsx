// A hub of a few answers, and the contexts that components expect around them.

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { MemoryRouter } from "react-router";
import { vi } from "vitest";
import { acceptTokens } from "@/lib/api/auth-tokens";
import { LiveCache } from "@/lib/live-cache";
import { LiveCacheContext } from "@/lib/live-context";
import { useLogin } from "@/lib/session-user";
import { ME } from "./builders";

export interface Call {
  method: string;
  path: string;
  query: URLSearchParams;
  body: unknown;
  key: string | null;
  authorization: string | null;
  keepalive: boolean;
}

export type Reply = { status?: number; body?: unknown; headers?: Record<string, string> };
type Handler = (call: Call) => Reply | Promise<Reply>;

/** Answers `METHOD /path` with what the table says; everything else is 404. */
export function stubHub(routes: Record<string, Handler>): Call[] {
  const calls: Call[] = [];
  vi.stubGlobal("fetch", async (input: string, init: RequestInit = {}) => {
    const url = new URL(input, "http://hub");
    const headers = new Headers(init.headers);
    const call: Call = {
      method: init.method ?? "GET",
      path: url.pathname.replace("/api/v1", ""),
      query: url.searchParams,
      body: init.body ? JSON.parse(String(init.body)) : undefined,
      key: headers.get("Idempotency-Key"),
      authorization: headers.get("Authorization"),
      keepalive: init.keepalive ?? false,
    };
    calls.push(call);
    const handler = routes[`${call.method} ${call.path}`];
    const reply: Reply = handler
      ? await handler(call)
      : { status: 404, body: { code: "not_found", title: "Not found", status: 404 } };
    const { status = 200, body, headers: told = {} } = reply;
    const text = body === undefined ? null : JSON.stringify(body);
    return new Response(text, { status, headers: told });
  });
  return calls;
}

export function refusal(status: number, code: string): Reply {
  return { status, body: { type: "about:blank", title: code, status, code, detail: null } };
}

export function logIn(): void {
  acceptTokens({
    access_token: "access-1",
    refresh_token: "refresh-1",
    expires_in: 900,
    token_type: "Bearer",
    user: ME,
  });
  useLogin.setState({ user: ME, organization: { id: "org_1", name: "Radwerk" } });
}

export function renderWithHub(node: ReactNode, path = "/") {
  const client = new QueryClient({
    defaultOptions: { queries: { retry: false, staleTime: Number.POSITIVE_INFINITY } },
  });
  const live = new LiveCache(client);
  const wrap = (content: ReactNode) => (
    <QueryClientProvider client={client}>
      <LiveCacheContext value={live}>
        <MemoryRouter initialEntries={[path]}>{content}</MemoryRouter>
      </LiveCacheContext>
    </QueryClientProvider>
  );
  const view = render(wrap(node));
  return { client, live, ...view, again: (next: ReactNode) => view.rerender(wrap(next)) };
}
