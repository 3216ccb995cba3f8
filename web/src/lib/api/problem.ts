import type { FieldError, Problem } from "./types";

/** A refusal of the hub; decide by `code`, show `detail` or `title`. */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string | null;
  readonly fields: FieldError[];
  /** When to try again, if the hub says so. */
  readonly waitSeconds: number | null;

  constructor(problem: Problem, waitSeconds: number | null = null) {
    super(problem.detail ?? problem.title);
    this.name = "ApiError";
    this.code = problem.code;
    this.status = problem.status;
    this.title = problem.title;
    this.detail = problem.detail;
    this.fields = problem.errors ?? [];
    this.waitSeconds = waitSeconds;
  }
}

/** The hub could not be reached at all. */
export class NetworkError extends Error {
  constructor() {
    super("network");
    this.name = "NetworkError";
  }
}

/** Whether the same request may succeed if it is made again. */
export function isPassing(error: unknown): boolean {
  if (error instanceof NetworkError) return true;
  return error instanceof ApiError && (error.status >= 500 || error.status === 429);
}

/** The error that an answer carries, whatever its body. */
export async function readProblem(response: Response): Promise<ApiError> {
  const fallback: Problem = {
    type: "about:blank",
    title: response.statusText || String(response.status),
    status: response.status,
    code: "http_error",
    detail: null,
  };
  const wait = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  const waitSeconds = Number.isNaN(wait) ? null : wait;
  try {
    const body = (await response.json()) as Partial<Problem>;
    return new ApiError({ ...fallback, ...body, status: response.status }, waitSeconds);
  } catch {
    return new ApiError(fallback, waitSeconds);
  }
}
