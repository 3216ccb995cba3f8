import { CircleSlash, CloudOff, LoaderCircle, Play } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Media, Message } from "@/lib/api/types";
import { fullTime } from "@/lib/format";
import { Lightbox } from "../bubble/lightbox";
import { useMediaUrl } from "../bubble/use-media-url";
import { senderOf } from "./sender";

interface TileProps {
  message: Message;
  contactName: string;
}

/** A picture or video, small; opens large. */
export function Tile({ message, contactName }: TileProps) {
  const media = message.media[0];
  const label = useLabel(message, contactName);
  return (
    <li className="aspect-square overflow-hidden rounded-lg bg-sunken">
      {media?.state === "stored" ? (
        <Stored media={media} isVideo={message.type === "video"} label={label} />
      ) : (
        <NotThere state={media?.state ?? "failed"} label={label} />
      )}
    </li>
  );
}

function useLabel(message: Message, contactName: string): string {
  const { t } = useTranslation();
  return t("files.of", {
    kind: t(message.type === "video" ? "kind.video" : "kind.image"),
    name: senderOf(message, contactName),
    time: fullTime(message.created_at),
  });
}

interface StoredProps {
  media: Media;
  isVideo: boolean;
  label: string;
}

function Stored({ media, isVideo, label }: StoredProps) {
  const { url, broken, renew } = useMediaUrl(media);
  const [open, setOpen] = useState(false);
  if (broken || !url) return <NotThere state="failed" label={label} />;
  return (
    <>
      <button
        type="button"
        aria-label={label}
        title={label}
        onClick={() => setOpen(true)}
        className="relative block size-full -outline-offset-2 hover:opacity-90"
      >
        {isVideo ? (
          <>
            {/* biome-ignore lint/a11y/useMediaCaption: only its first picture is seen. */}
            <video
              src={url}
              preload="metadata"
              playsInline
              tabIndex={-1}
              onError={() => void renew()}
              className="size-full bg-black object-cover"
            />
            <Play
              aria-hidden
              className="absolute inset-0 m-auto size-9 rounded-full bg-black/55 p-2 text-white"
            />
          </>
        ) : (
          <img
            src={url}
            alt=""
            loading="lazy"
            decoding="async"
            onError={() => void renew()}
            className="size-full object-cover"
          />
        )}
      </button>
      {open && <Lightbox url={url} alt={label} media={media} onClose={() => setOpen(false)} />}
    </>
  );
}

/** Stands where a file is not (yet), and says why. */
function NotThere({ state, label }: { state: Media["state"]; label: string }) {
  const { t } = useTranslation();
  const waits = state === "pending";
  const Icon = waits ? LoaderCircle : state === "expired" ? CircleSlash : CloudOff;
  const cause = t(waits ? "media.pending" : state === "expired" ? "media.expired" : "media.failed");
  return (
    <div title={label} className="grid size-full place-items-center content-center gap-1.5 p-2">
      <Icon
        aria-hidden
        className={waits ? "size-5 animate-spin text-ink-faint" : "size-5 text-ink-faint"}
      />
      <span className="sr-only">{label}:</span>
      <span className="line-clamp-4 text-center text-2xs text-ink-soft">{cause}</span>
    </div>
  );
}
