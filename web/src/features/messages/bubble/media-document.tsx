import { Download, FileText } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toastProblem } from "@/components/ui/toast";
import type { Media } from "@/lib/api/types";
import { byteSize } from "@/lib/format";
import { openMedia } from "./use-media-url";

export function DocumentMedia({ media }: { media: Media }) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const name = media.filename ?? t("kind.document");
  const ending = /\.([a-z0-9]{1,5})$/i.exec(name)?.[1] ?? media.mime_type.split("/").pop() ?? "";
  const download = () => {
    setBusy(true);
    openMedia(media)
      .catch(toastProblem)
      .finally(() => setBusy(false));
  };
  return (
    <button
      type="button"
      onClick={download}
      disabled={busy}
      className="flex w-card items-center gap-3 rounded-lg bg-ink/5 px-3 py-2.5 text-start transition-colors hover:bg-ink/10"
    >
      <span className="grid size-10 shrink-0 place-items-center rounded-lg bg-raised text-tide-strong">
        <FileText aria-hidden className="size-5" />
      </span>
      <span className="min-w-0 flex-1">
        <span className="block truncate text-base font-medium" dir="auto">
          {name}
        </span>
        <span className="block text-xs text-ink-soft">
          {[ending.toUpperCase(), media.size === null ? null : byteSize(media.size)]
            .filter(Boolean)
            .join(" · ")}
        </span>
      </span>
      <Download aria-label={t("media.download")} className="size-4 shrink-0 text-ink-soft" />
    </button>
  );
}
