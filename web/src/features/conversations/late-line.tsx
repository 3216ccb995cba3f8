import { CircleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Conversation } from "@/lib/api/types";
import { useLogin } from "@/lib/session-user";
import { useMine } from "./mine";
import { isLate, mostPressing } from "./sla";

interface LateLineProps {
  selected: string | null;
  search: string;
}

/** At the head of the list as long as something of one's own is late; leads from one to the next, the latest first. */
export function LateLine({ selected, search }: LateLineProps) {
  const { t } = useTranslation();
  const me = useLogin((login) => login.user?.id) ?? "";
  const late = useMine()
    .rows.filter((row) => isLate(row, me))
    .sort((a, b) => dueAt(a) - dueAt(b));
  const next = late[(late.findIndex(({ id }) => id === selected) + 1) % late.length];
  if (!next) return null;
  return (
    <Link
      to={{ pathname: `/inbox/${next.id}`, search }}
      data-testid="late-line"
      className="mx-3 mb-1 flex min-h-7 items-center gap-2 rounded-lg px-2 text-xs font-medium text-danger hover:bg-sunken max-md:min-h-9"
    >
      <CircleAlert aria-hidden className="size-3.5 shrink-0" />
      {t("sla.several", { count: late.length })}
    </Link>
  );
}

function dueAt(row: Conversation): number {
  return Date.parse(mostPressing(row)?.due_at ?? "");
}
