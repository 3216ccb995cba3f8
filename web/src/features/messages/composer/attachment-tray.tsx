import { AudioLines, FileText, Film, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/classes";
import { byteSize } from "@/lib/format";
import { MAX_BYTES } from "./attachment-kinds";
import { focusComposer } from "./focus";
import { type StagedFile, unstageFile, useStagedFiles } from "./staged";

const ICONS = { video: Film, audio: AudioLines, document: FileText };

/** The files that go with the next message. */
export function AttachmentTray({ conversationId }: { conversationId: string }) {
  const { t } = useTranslation();
  const files = useStagedFiles(conversationId);
  if (files.length === 0) return null;
  return (
    <ul aria-label={t("composer.attachments")} className="flex gap-2 overflow-x-auto px-3 pt-3">
      {files.map((staged) => (
        <li key={staged.id}>
          <Tile
            staged={staged}
            onRemove={() => {
              unstageFile(conversationId, staged.id);
              focusComposer();
            }}
          />
        </li>
      ))}
    </ul>
  );
}

function Tile({ staged, onRemove }: { staged: StagedFile; onRemove: () => void }) {
  const { t } = useTranslation();
  const { file, kind, tooLarge, url } = staged;
  const picture = kind === "image" || kind === "sticker";
  const Icon = kind in ICONS ? ICONS[kind as keyof typeof ICONS] : FileText;
  return (
    <div
      className={cn(
        "relative flex h-16 items-center gap-2.5 rounded-xl border bg-raised ps-2 pe-8",
        tooLarge && "border-danger-line bg-danger-soft",
      )}
    >
      {picture ? (
        <img src={url} alt="" className="size-12 rounded-lg object-cover" />
      ) : (
        <span className="grid size-12 place-items-center rounded-lg bg-sunken text-ink-soft">
          <Icon aria-hidden className="size-5" />
        </span>
      )}
      <span className="max-w-36 min-w-0">
        <span className="block truncate text-sm font-medium">{file.name}</span>
        <span className={cn("block text-xs", tooLarge ? "text-danger" : "text-ink-soft")}>
          {tooLarge
            ? t("composer.tooLarge", { limit: byteSize(MAX_BYTES[kind]) })
            : byteSize(file.size)}
        </span>
      </span>
      <button
        type="button"
        onClick={onRemove}
        aria-label={t("composer.removeFile", { name: file.name })}
        className="absolute end-1 top-1 grid size-6 place-items-center rounded-md text-ink-soft hover:bg-sunken hover:text-ink"
      >
        <X aria-hidden className="size-3.5" />
      </button>
    </div>
  );
}
