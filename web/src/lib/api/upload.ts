import { accessToken, refreshAccess } from "./auth-tokens";
import { address } from "./client";
import { ApiError, NetworkError } from "./problem";
import type { Media, Problem } from "./types";

/** An upload that does not move for so long is given up; it may take as long as it likes otherwise. */
const STALLED_MS = 45_000;

/** Uploads a file for a number and tells how far it is (0 to 1). */
export async function uploadMedia(
  sessionId: string,
  file: File,
  onProgress: (share: number) => void,
): Promise<Media> {
  const token = await accessToken();
  try {
    return await put(sessionId, file, token, onProgress);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    return put(sessionId, file, await refreshAccess(token), onProgress);
  }
}

// XMLHttpRequest because fetch does not tell the progress of an upload.
function put(
  sessionId: string,
  file: File,
  token: string,
  onProgress: (share: number) => void,
): Promise<Media> {
  return new Promise((resolve, reject) => {
    let stalled: ReturnType<typeof setTimeout> | undefined;
    const call = new XMLHttpRequest();
    call.open("POST", address("/media"));
    call.setRequestHeader("Authorization", `Bearer ${token}`);
    call.responseType = "text";
    const keepAlive = () => {
      clearTimeout(stalled);
      stalled = setTimeout(() => call.abort(), STALLED_MS);
    };
    call.upload.onprogress = (event) => {
      keepAlive();
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    };
    call.onerror = () => reject(new NetworkError());
    call.onabort = () => reject(new NetworkError());
    call.onloadend = () => clearTimeout(stalled);
    call.onload = () => {
      if (call.status >= 200 && call.status < 300) resolve(JSON.parse(call.responseText));
      else reject(problemOf(call));
    };
    const form = new FormData();
    form.append("session_id", sessionId);
    form.append("file", file, file.name);
    keepAlive();
    call.send(form);
  });
}

function problemOf(call: XMLHttpRequest): ApiError {
  const fallback: Problem = {
    type: "about:blank",
    title: call.statusText || String(call.status),
    status: call.status,
    code: "http_error",
    detail: null,
  };
  try {
    return new ApiError({ ...fallback, ...JSON.parse(call.responseText), status: call.status });
  } catch {
    return new ApiError(fallback);
  }
}
