import {
  AudioLines,
  Contact,
  CornerDownRight,
  FileText,
  Image,
  Info,
  LayoutTemplate,
  List,
  type LucideIcon,
  MapPin,
  Mic,
  Pencil,
  ShoppingBag,
  SmilePlus,
  Sticker,
  Trash2,
  Video,
} from "lucide-react";

const ICONS: Record<string, LucideIcon> = {
  image: Image,
  video: Video,
  audio: AudioLines,
  voice: Mic,
  document: FileText,
  sticker: Sticker,
  location: MapPin,
  contacts: Contact,
  interactive: List,
  button: CornerDownRight,
  template: LayoutTemplate,
  reaction: SmilePlus,
  order: ShoppingBag,
  system: Info,
  edit: Pencil,
  revoke: Trash2,
};

/** The kinds that have a word of their own in the translations. */
export const NAMED_KINDS = [
  "image",
  "video",
  "audio",
  "voice",
  "document",
  "sticker",
  "location",
  "contacts",
  "interactive",
  "button",
  "template",
  "reaction",
  "order",
  "system",
  "edit",
  "revoke",
  "text",
] as const;

export type NamedKind = (typeof NAMED_KINDS)[number] | "unsupported";

/** The word for a kind of message; whatever WhatsApp may invent is "unsupported". */
export function namedKind(kind: string): NamedKind {
  return (NAMED_KINDS as readonly string[]).includes(kind) ? (kind as NamedKind) : "unsupported";
}

export function KindIcon({ kind, className }: { kind: string; className?: string }) {
  const Icon = ICONS[kind];
  return Icon ? <Icon aria-hidden className={className ?? "size-3.5 shrink-0"} /> : null;
}
