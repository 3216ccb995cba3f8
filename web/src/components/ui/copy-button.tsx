import { Check, CircleAlert, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/classes";
import { copyText } from "@/lib/clipboard";
import { IconButton } from "./icon-button";

/** How long the answer stays. */
const SHOWN_MS = 2_000;

const ICONS = { ready: Copy, copied: Check, refused: CircleAlert };

/** Browsers refuse on pages without https: then it says so, and the value can be marked. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const { t } = useTranslation();
  const [state, setState] = useState<keyof typeof ICONS>("ready");
  useEffect(() => {
    if (state === "ready") return;
    const timer = setTimeout(() => setState("ready"), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [state]);
  const said = { ready: "", copied: t("common.copied"), refused: t("common.copyRefused") }[state];
  return (
    <>
      <IconButton
        small
        icon={ICONS[state]}
        label={said || label}
        onClick={() =>
          copyText(text).then(
            () => setState("copied"),
            () => setState("refused"),
          )
        }
        className={cn(state === "copied" && "text-good", state === "refused" && "text-danger")}
      />
      <span role="status" className="sr-only">
        {said}
      </span>
    </>
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
        dir="ltr"
        className="min-w-0 flex-1 truncate py-2 font-mono text-xs select-all"
      >
        {value}
      </code>
      <CopyButton text={value} label={label} />
    </div>
  );
}
