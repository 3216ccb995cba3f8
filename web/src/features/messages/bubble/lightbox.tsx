import { Download, X } from "lucide-react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/ui/icon-button";
import { useModal } from "@/components/ui/use-modal";
import type { Media } from "@/lib/api/types";
import { openMedia } from "./use-media-url";

interface LightboxProps {
  url: string;
  alt: string;
  media: Media;
  onClose: () => void;
}

/** A picture or video as large as the screen. */
export function Lightbox({ url, alt, media, onClose }: LightboxProps) {
  const { t } = useTranslation();
  const ref = useRef<HTMLDialogElement>(null);
  useModal(ref);
  return (
    <dialog
      ref={ref}
      aria-label={alt}
      onClose={onClose}
      className="m-0 grid h-dvh max-h-none w-dvw max-w-none place-items-center bg-black/85 p-4 backdrop:bg-transparent"
    >
      <button
        type="button"
        aria-label={t("common.close")}
        onClick={onClose}
        className="absolute inset-0 cursor-zoom-out"
      />
      {media.mime_type.startsWith("video/") ? (
        // biome-ignore lint/a11y/useMediaCaption: customers send no captions.
        <video
          src={url}
          controls
          autoPlay
          playsInline
          aria-label={alt}
          className="relative max-h-[88dvh] max-w-full rounded-lg bg-black"
        />
      ) : (
        <img
          src={url}
          alt={alt}
          className="relative max-h-[88dvh] max-w-full rounded-lg object-contain"
        />
      )}
      <div className="absolute end-3 top-3 flex gap-1 rounded-xl bg-black/50 p-1 [&_button]:text-white [&_button:hover]:bg-white/15">
        <IconButton
          icon={Download}
          label={t("media.download")}
          onClick={() => void openMedia(media)}
        />
        <IconButton icon={X} label={t("common.close")} onClick={onClose} />
      </div>
    </dialog>
  );
}
