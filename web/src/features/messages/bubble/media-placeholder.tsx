import { CircleSlash, CloudOff, LoaderCircle } from "lucide-react";
import { useTranslation } from "react-i18next";
import { namedKind } from "@/components/message-kind";
import type { Media } from "@/lib/api/types";
import { byteSize } from "@/lib/format";

/** Stands where a file is not (yet), and says why. */
export function MediaPlaceholder({ kind, media }: { kind: string; media: Media | undefined }) {
  const { t } = useTranslation();
  const state = media?.state ?? "failed";
  const waits = state === "pending";
  const Icon = waits ? LoaderCircle : state === "expired" ? CircleSlash : CloudOff;
  const label = t(`kind.${namedKind(kind)}`);
  const cause = waits
    ? t("media.pending")
    : state === "expired"
      ? t("media.expired")
      : (media?.error ?? t("media.failed"));
  return (
    <div className="flex w-card items-center gap-3 rounded-lg border border-dashed border-line-strong bg-panel/60 px-3 py-3">
      <Icon
        aria-hidden
        className={waits ? "size-5 animate-spin text-ink-faint" : "size-5 shrink-0 text-ink-faint"}
      />
      <span className="min-w-0">
        <span className="block truncate text-sm font-medium">
          {media?.filename ?? label}
          {media?.size ? ` · ${byteSize(media.size)}` : ""}
        </span>
        <span className="block text-xs text-ink-soft">{cause}</span>
      </span>
    </div>
  );
}
