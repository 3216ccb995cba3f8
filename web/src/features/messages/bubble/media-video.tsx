import { useTranslation } from "react-i18next";
import type { Media } from "@/lib/api/types";
import { MediaPlaceholder } from "./media-placeholder";
import { useMediaUrl } from "./use-media-url";

export function VideoMedia({ media }: { media: Media }) {
  const { t } = useTranslation();
  const { url, broken, renew } = useMediaUrl(media);
  if (broken || !url)
    return <MediaPlaceholder kind="video" media={{ ...media, state: "failed" }} />;
  return (
    // biome-ignore lint/a11y/useMediaCaption: customers send no captions.
    <video
      src={url}
      controls
      preload="metadata"
      playsInline
      aria-label={t("kind.video")}
      onError={() => void renew()}
      className="max-h-80 w-card rounded-lg bg-black"
    />
  );
}
