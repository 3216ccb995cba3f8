import { useCallback, useEffect, useRef, useState } from "react";
import type { Media } from "@/lib/api/types";
import { mediaLink } from "../queries";

/** A file that can't be loaded this often is not there. */
const MAX_RENEWALS = 2;

/**
 * The address of a file. Addresses are signed for five minutes: one that no longer works is renewed, and a
 * new one that comes with an event does not make the browser load the same file again.
 */
export function useMediaUrl(media: Media) {
  const [url, setUrl] = useState(media.url);
  const [broken, setBroken] = useState(false);
  const renewals = useRef(0);
  const shown = useRef(media.id);
  useEffect(() => {
    if (shown.current === media.id && url) return;
    shown.current = media.id;
    renewals.current = 0;
    setBroken(false);
    setUrl(media.url);
  }, [media.id, media.url, url]);
  const renew = useCallback(async () => {
    if (media.url?.startsWith("blob:") || renewals.current >= MAX_RENEWALS) {
      setBroken(true);
      return null;
    }
    renewals.current += 1;
    try {
      const link = await mediaLink(media.id);
      setUrl(link.url);
      return link.url;
    } catch {
      setBroken(true);
      return null;
    }
  }, [media.id, media.url]);
  return { url, broken, renew };
}

/** Opens or saves a file by a fresh address. */
export async function openMedia(media: Media): Promise<void> {
  const url = media.url?.startsWith("blob:") ? media.url : (await mediaLink(media.id)).url;
  const link = document.createElement("a");
  link.href = url;
  link.target = "_blank";
  link.rel = "noopener";
  if (media.filename) link.download = media.filename;
  link.click();
}
