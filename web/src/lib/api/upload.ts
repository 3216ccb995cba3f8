import { accessToken, refreshAccess } from "./auth-tokens";
import { address } from "./client";
import { ApiError, NetworkError } from "./problem";
import type { Media, Problem } from "./types";

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
    const call = new XMLHttpRequest();
    call.open("POST", address("/media"));
    call.setRequestHeader("Authorization", `Bearer ${token}`);
    call.responseType = "text";
    call.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    };
    call.onerror = () => reject(new NetworkError());
    call.onload = () => {
      if (call.status >= 200 && call.status < 300) resolve(JSON.parse(call.responseText));
      else reject(problemOf(call));
    };
    const form = new FormData();
    form.append("session_id", sessionId);
    form.append("file", file, file.name);
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
