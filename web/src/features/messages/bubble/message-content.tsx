import { useTranslation } from "react-i18next";
import type { Message } from "@/lib/api/types";
import { fields, text } from "../content";
import { ContactCards } from "./contact-cards";
import { FormattedText } from "./formatted-text";
import { Choice, InteractiveContent } from "./interactive-content";
import { AudioMedia } from "./media-audio";
import { DocumentMedia } from "./media-document";
import { ImageMedia, StickerMedia } from "./media-image";
import { MediaPlaceholder } from "./media-placeholder";
import { VideoMedia } from "./media-video";
import { NoteText } from "./note-text";
import { OrderContent } from "./order-content";
import { PlaceCard } from "./place-card";
import { TemplateContent } from "./template-content";
import { UnsupportedContent } from "./unsupported-content";

const MEDIA_KINDS = new Set(["image", "video", "audio", "voice", "document", "sticker"]);

/** What a message says, by its kind. */
export function MessageContent({ message }: { message: Message }) {
  const { t } = useTranslation();
  if (message.revoked_at) {
    return <p className="text-ink-soft italic">{t("message.revoked")}</p>;
  }
  if (MEDIA_KINDS.has(message.type)) return <MediaContent message={message} />;
  switch (message.type) {
    case "text":
      if (message.direction === "note") return <NoteText message={message} />;
      return <FormattedText text={message.text ?? ""} />;
    case "location":
      return <PlaceCard content={message.content} />;
    case "contacts":
      return <ContactCards content={message.content} />;
    case "interactive":
      return <InteractiveContent content={message.content} />;
    case "button":
      return <Choice title={message.text ?? text(fields(message.content).text) ?? ""} />;
    case "template":
      return <TemplateContent message={message} />;
    case "order":
      return <OrderContent content={message.content} />;
    default:
      return <UnsupportedContent message={message} />;
  }
}

function MediaContent({ message }: { message: Message }) {
  const media = message.media[0];
  const caption = message.type === "sticker" || message.type === "audio" ? null : message.text;
  return (
    <div className="grid gap-1.5">
      {media?.state === "stored" ? (
        <StoredMedia kind={message.type} media={media} caption={caption} />
      ) : (
        <MediaPlaceholder kind={message.type} media={media} />
      )}
      {caption && caption !== media?.filename && (
        <FormattedText text={caption} className="max-w-72" />
      )}
    </div>
  );
}

function StoredMedia(props: { kind: string; media: Message["media"][0]; caption: string | null }) {
  const { kind, media, caption } = props;
  if (kind === "image") return <ImageMedia media={media} caption={caption} />;
  if (kind === "sticker") return <StickerMedia media={media} />;
  if (kind === "video") return <VideoMedia media={media} />;
  if (kind === "audio" || kind === "voice") return <AudioMedia media={media} />;
  return <DocumentMedia media={media} />;
}
