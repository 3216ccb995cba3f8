import { Upload } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { uploadMedia } from "@/lib/api/upload";
import { problemText } from "@/lib/problem-text";
import type { TemplateValues } from "./parts";

const ACCEPT: Record<string, string> = {
  IMAGE: "image/jpeg,image/png",
  VIDEO: "video/mp4,video/3gpp",
  DOCUMENT: "*/*",
};

interface HeaderMediaProps {
  format: string;
  sessionId: string;
  value: TemplateValues["headerMedia"];
  onChange: (value: TemplateValues["headerMedia"]) => void;
}

/** The picture, film or document of a template's header. */
export function HeaderMediaField({ format, sessionId, value, onChange }: HeaderMediaProps) {
  const { t } = useTranslation();
  const picker = useRef<HTMLInputElement>(null);
  const [progress, setProgress] = useState<number | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const upload = async (file: File) => {
    setProblem(null);
    setProgress(0);
    try {
      const media = await uploadMedia(sessionId, file, setProgress);
      onChange({ id: media.id, filename: file.name });
    } catch (error) {
      setProblem(problemText(error));
    } finally {
      setProgress(null);
    }
  };
  return (
    <div className="grid gap-1.5">
      <span aria-hidden className="text-sm font-medium">
        {t("template.headerFile")}
      </span>
      <Button look="secondary" busy={progress !== null} onClick={() => picker.current?.click()}>
        <Upload aria-hidden className="size-4" />
        <span className="sr-only">{t("template.headerFile")}: </span>
        <span className="truncate">{value?.filename ?? t("template.chooseFile")}</span>
      </Button>
      {progress !== null && (
        <progress
          value={progress}
          aria-label={t("composer.uploading")}
          className="h-1 w-full accent-(--tide)"
        />
      )}
      {problem && (
        <p role="alert" className="text-xs text-danger">
          {problem}
        </p>
      )}
      <input
        ref={picker}
        type="file"
        hidden
        accept={ACCEPT[format] ?? "*/*"}
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file) void upload(file);
          // The same file may be chosen again.
          event.target.value = "";
        }}
      />
    </div>
  );
}
