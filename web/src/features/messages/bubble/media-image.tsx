import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Media } from "@/lib/api/types";
import { lazily } from "@/lib/lazily";
import { MediaPlaceholder } from "./media-placeholder";
import { useMediaUrl } from "./use-media-url";

const Lightbox = lazily(async () => (await import("./lightbox")).Lightbox);

export function ImageMedia({ media, caption }: { media: Media; caption: string | null }) {
  const { t } = useTranslation();
  const { url, broken, renew } = useMediaUrl(media);
  const [open, setOpen] = useState(false);
  if (broken || !url)
    return <MediaPlaceholder kind="image" media={{ ...media, state: "failed" }} />;
  const alt = caption ?? media.filename ?? t("kind.image");
  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        aria-label={t("media.enlarge")}
        className="block overflow-hidden rounded-lg bg-sunken"
      >
        <img
          src={url}
          alt={alt}
          loading="lazy"
          decoding="async"
          onError={() => void renew()}
          className="max-h-80 min-h-24 w-card object-cover"
        />
      </button>
      {open && <Lightbox url={url} alt={alt} media={media} onClose={() => setOpen(false)} />}
    </>
  );
}

export function StickerMedia({ media }: { media: Media }) {
  const { t } = useTranslation();
  const { url, broken, renew } = useMediaUrl(media);
  if (broken || !url)
    return <MediaPlaceholder kind="sticker" media={{ ...media, state: "failed" }} />;
  return (
    <img
      src={url}
      alt={t("kind.sticker")}
      loading="lazy"
      onError={() => void renew()}
      className="size-36 object-contain"
    />
  );
}
