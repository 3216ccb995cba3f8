import { Bell as BellIcon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CountMark } from "@/components/ui/count-mark";
import { Popover } from "@/components/ui/popover";
import { cn } from "@/lib/classes";
import { DesktopSwitch } from "./desktop-switch";
import { MentionList } from "./mention-list";
import { useUnseenMentions } from "./queries";

/** From this width on the rail stands at the side. */
const WIDE = "(min-width: 48rem)";

/** How many notes call oneself that were not looked at; opens the list of them. */
export function Bell({ className }: { className: string }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const count = useUnseenMentions().length;
  const told = count > 0 ? t("mention.unseen", { count }) : "";
  const label = [t("mention.title"), told].filter(Boolean).join(", ");
  return (
    <>
      <Popover
        label={t("mention.title")}
        side={window.matchMedia?.(WIDE).matches ? "end" : "top"}
        align="end"
        open={open}
        onOpenChange={(next) => {
          setLeaving(false);
          setOpen(next);
        }}
        keepsFocus={!leaving}
        trigger={
          <button
            type="button"
            data-testid="bell"
            data-unseen={count}
            aria-label={label}
            title={label}
            className={cn(className, "relative")}
          >
            <BellIcon aria-hidden className="size-5" strokeWidth={1.9} />
            <CountMark count={count} />
          </button>
        }
      >
        <div className="flex max-h-[min(34rem,80dvh)] w-92 max-w-[calc(100vw-1rem)] flex-col">
          <h2 className="px-4 pt-3.5 pb-2 text-lg font-semibold">{t("mention.title")}</h2>
          <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-1.5 pb-1.5">
            <MentionList
              onOpen={() => {
                // The focus goes along into the conversation.
                setLeaving(true);
                setOpen(false);
              }}
            />
          </div>
          <DesktopSwitch />
        </div>
      </Popover>
      <span role="status" className="sr-only">
        {told}
      </span>
    </>
  );
}
