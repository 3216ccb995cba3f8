import { accessToken, refreshAccess } from "./auth-tokens";
import { ApiError, NetworkError, readProblem } from "./problem";

const BASE = "/api/v1";
/** Nothing that the hub answers takes that long; without an end, one lost answer would hold up all that follows. */
const TIMEOUT_MS = 30_000;
/** A file is written while it is read, however long it is. */
const FILE_TIMEOUT_MS = 10 * 60_000;

export type Query = Record<string, string | number | boolean | null | undefined>;

export interface RequestOptions {
  query?: Query;
  body?: unknown;
  /** Makes a repeated POST harmless for 24 hours. */
  idempotencyKey?: string;
  signal?: AbortSignal;
  /** It is finished even if the page is left meanwhile. */
  keepalive?: boolean;
  /** Log-in and the like: no token goes along. */
  anonymous?: boolean;
  /** What is wanted, when it is not JSON, and for how long it is waited for. */
  file?: { type: string; timeoutMs: number };
}

/** The address of a route, with the parameters that are set. */
export function address(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") {
      parameters.set(name, String(value));
    }
  }
  const text = parameters.toString();
  return `${BASE}${path}${text ? `?${text}` : ""}`;
}

async function send(
  method: string,
  path: string,
  options: RequestOptions,
  token: string | null,
): Promise<Response> {
  const headers: Record<string, string> = { Accept: options.file?.type ?? "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (options.idempotencyKey) headers["Idempotency-Key"] = options.idempotencyKey;
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  try {
    return await fetch(address(path, options.query), {
      method,
      headers,
      keepalive: options.keepalive ?? false,
      body: options.body === undefined ? null : JSON.stringify(options.body),
      signal: AbortSignal.any([
        AbortSignal.timeout(options.file?.timeoutMs ?? TIMEOUT_MS),
        ...(options.signal ? [options.signal] : []),
      ]),
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new NetworkError();
  }
}

/** One request; a token that the hub refuses is exchanged and the request made once more. */
async function respond(method: string, path: string, options: RequestOptions): Promise<Response> {
  const token = options.anonymous ? null : await accessToken();
  let response = await send(method, path, options, token);
  if (response.status === 401 && token) {
    const refusal = await readProblem(response);
    // A wrong password or code in a form is no reason to doubt the token.
    if (["invalid_credentials", "invalid_code"].includes(refusal.code)) throw refusal;
    const fresh = await refreshAccess(token);
    response = await send(method, path, options, fresh);
  }
  if (!response.ok) throw await readProblem(response);
  return response;
}

/** The same, for what is answered in JSON. */
export async function request<T>(
  method: string,
  path: string,
  options: RequestOptions = {},
): Promise<T> {
  const response = await respond(method, path, options);
  if (response.status === 204 || response.headers.get("Content-Length") === "0") {
    return undefined as T;
  }
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

/** A file that the hub writes. */
async function fetchFile(path: string, type: string, query: Query): Promise<Blob> {
  const response = await respond("GET", path, {
    query,
    file: { type, timeoutMs: FILE_TIMEOUT_MS },
  });
  try {
    return await response.blob();
  } catch {
    // A part must not be taken for the whole.
    throw new NetworkError();
  }
}

export const api = {
  get: <T>(path: string, query?: Query, signal?: AbortSignal) =>
    request<T>("GET", path, { ...(query && { query }), ...(signal && { signal }) }),
  post: <T>(path: string, body?: unknown, options: RequestOptions = {}) =>
    request<T>("POST", path, { ...options, ...(body !== undefined && { body }) }),
  patch: <T>(path: string, body: unknown) => request<T>("PATCH", path, { body }),
  put: <T>(path: string, body: unknown, options: RequestOptions = {}) =>
    request<T>("PUT", path, { ...options, body }),
  file: fetchFile,
  delete: <T = void>(path: string, body?: unknown) =>
    request<T>("DELETE", path, { ...(body !== undefined && { body }) }),
};

/** What to tell the person about an error that has no words of its own. */
export function isApiError(error: unknown, code?: string): error is ApiError {
  return error instanceof ApiError && (code === undefined || error.code === code);
}
