// The access token lives in memory, the refresh token in localStorage so that every tab can go on. Only one
// tab at a time exchanges it: the hub takes a refresh token that comes twice for a stolen one.

import { ApiError, NetworkError, readProblem } from "./problem";
import type { Tokens, UserView } from "./types";

const STORED = "refresh_token";
const LOCK = "command-center-refresh";
/** An access token with less left than this is exchanged before it is used. */
const EARLY_MS = 20_000;

/** Longer than any exchange takes; the lock must not be held for ever. */
const TIMEOUT_MS = 20_000;

type Listener = (user: UserView | null) => void;

interface Access {
  token: string;
  expiresAt: number;
}

let access: Access | null = null;
let pending: Promise<string> | null = null;
const listeners = new Set<Listener>();

/** Tells when somebody logs in (the user) or out (null). */
export function onAuthChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function hasLogin(): boolean {
  return localStorage.getItem(STORED) !== null;
}

export function storedRefreshToken(): string | null {
  return localStorage.getItem(STORED);
}

/** Takes what log-in, registration or refresh answered. */
export function acceptTokens(tokens: Tokens): void {
  access = { token: tokens.access_token, expiresAt: Date.now() + tokens.expires_in * 1000 };
  localStorage.setItem(STORED, tokens.refresh_token);
  for (const listener of listeners) listener(tokens.user);
}

/** Forgets the log-in of this browser. */
export function dropTokens(): void {
  access = null;
  localStorage.removeItem(STORED);
  for (const listener of listeners) listener(null);
}

/** A token that is good for the next request. */
export async function accessToken(): Promise<string> {
  if (access && access.expiresAt - Date.now() > EARLY_MS) return access.token;
  return refreshAccess(access?.token);
}

/**
 * Exchanges the refresh token, once however many ask. `refused` is the token that the hub turned down: if it
 * was replaced meanwhile, the new one is the answer.
 */
export function refreshAccess(refused?: string): Promise<string> {
  if (access && refused !== access.token && access.expiresAt > Date.now()) {
    return Promise.resolve(access.token);
  }
  pending ??= locked(exchange).finally(() => {
    pending = null;
  });
  return pending;
}

async function exchange(): Promise<string> {
  // Read inside the lock: another tab may just have replaced it.
  const refreshToken = localStorage.getItem(STORED);
  if (!refreshToken) {
    dropTokens();
    throw loggedOut();
  }
  let response: Response;
  try {
    response = await fetch("/api/v1/auth/refresh", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ refresh_token: refreshToken }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    throw new NetworkError();
  }
  if (!response.ok) {
    const error = await readProblem(response);
    if (error.status === 401 || error.status === 403) dropTokens();
    throw error;
  }
  const tokens = (await response.json()) as Tokens;
  acceptTokens(tokens);
  return tokens.access_token;
}

function loggedOut(): ApiError {
  return new ApiError({
    type: "about:blank",
    title: "logged out",
    status: 401,
    code: "unauthorized",
    detail: null,
  });
}

function locked<T>(work: () => Promise<T>): Promise<T> {
  if (!("locks" in navigator)) return work();
  return navigator.locks.request(LOCK, work) as Promise<T>;
}

/** Another tab logged out: so do we. */
export function watchOtherTabs(): () => void {
  const heard = (event: StorageEvent) => {
    if (event.key === STORED && event.newValue === null) dropTokens();
  };
  window.addEventListener("storage", heard);
  return () => window.removeEventListener("storage", heard);
}
