import { LoaderCircle, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/classes";
import { problemText } from "@/lib/problem-text";
import { Button } from "./button";

export function Spinner({ className, label }: { className?: string; label?: string }) {
  const { t } = useTranslation();
  return (
    <span role="status" className={cn("grid place-items-center p-4 text-ink-faint", className)}>
      <LoaderCircle aria-hidden className="size-5 animate-spin" />
      <span className="sr-only">{label ?? t("common.loading")}</span>
    </span>
  );
}

interface EmptyProps {
  icon: LucideIcon;
  title: string;
  text?: ReactNode;
  children?: ReactNode;
}

/** What to show where nothing is yet, with the next step. */
export function Empty({ icon: Icon, title, text, children }: EmptyProps) {
  return (
    <div className="grid place-items-center gap-3 px-6 py-14 text-center">
      <span className="grid size-12 place-items-center rounded-2xl bg-tide-soft text-tide-strong">
        <Icon aria-hidden className="size-6" />
      </span>
      <div className="max-w-sm min-w-0">
        <p className="line-clamp-4 text-lg font-semibold wrap-anywhere">{title}</p>
        {text && <p className="mt-1 text-ink-soft">{text}</p>}
      </div>
      {children}
    </div>
  );
}

/** A load that failed, with another try. */
export function LoadProblem({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { t } = useTranslation();
  return (
    <div role="alert" className="grid place-items-center gap-3 px-6 py-10 text-center">
      <p className="max-w-sm text-ink-soft">{problemText(error)}</p>
      <Button look="secondary" size="sm" onClick={onRetry}>
        {t("common.tryAgain")}
      </Button>
    </div>
  );
}
