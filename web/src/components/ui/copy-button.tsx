import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "./icon-button";

/** How long the tick stays. */
const SHOWN_MS = 1_500;

export function CopyButton({ text, label }: { text: string; label: string }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => {
    void navigator.clipboard?.writeText(text).then(() => setCopied(true));
  };
  return (
    <IconButton
      small
      icon={copied ? Check : Copy}
      label={copied ? t("common.copied") : label}
      onClick={copy}
      className={copied ? "text-good" : undefined}
    />
  );
}

/** A value to take along: selectable, with a button to copy it. */
export function CopyValue({
  value,
  label,
  testId,
}: {
  value: string;
  label: string;
  testId?: string;
}) {
  return (
    <div className="flex min-w-0 items-center gap-1 rounded-lg border bg-sunken ps-3 pe-1">
      <code
        data-testid={testId}
        className="min-w-0 flex-1 truncate py-2 font-mono text-xs select-all"
      >
        {value}
      </code>
      <CopyButton text={value} label={label} />
    </div>
  );
}
