import { CircleAlert, Clock, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/lib/classes";

const LOOK = {
  info: { icon: Info, classes: "border-tide-line bg-tide-soft text-ink" },
  danger: { icon: CircleAlert, classes: "border-danger-line bg-danger-soft text-danger" },
  warning: { icon: TriangleAlert, classes: "border-ember/50 bg-ember-soft text-ember-ink" },
  time: { icon: Clock, classes: "border-ember/50 bg-ember-soft text-ember-ink" },
};

interface NoticeProps {
  kind: keyof typeof LOOK;
  text: ReactNode;
  className?: string;
  children?: ReactNode;
}

/** A sentence that wants to be noticed; dangers are read aloud at once. */
export function Notice({ kind, text, className, children }: NoticeProps) {
  const { icon: Icon, classes } = LOOK[kind];
  return (
    <div
      role={kind === "danger" ? "alert" : "note"}
      className={cn(
        "flex items-start gap-2.5 rounded-lg border px-3 py-2.5 text-sm",
        classes,
        className,
      )}
    >
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0 flex-1 wrap-anywhere">
        {text}
        {children}
      </div>
    </div>
  );
}
