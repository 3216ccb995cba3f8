import { CircleAlert } from "lucide-react";
import { Tabs } from "radix-ui";
import { type ReactNode, useEffect, useMemo, useRef } from "react";
import { flushSync } from "react-dom";
import { useTranslation } from "react-i18next";
import { TEAM_PARTS, type TeamPart, wrongParts } from "./team-parts";

interface TeamTabsProps {
  part: TeamPart;
  onPart: (part: TeamPart) => void;
  /** Why the hub refused; it says where something has to be mended. */
  error: unknown;
  children: Record<TeamPart, ReactNode>;
}

/** What has to be mended in the part that shows. */
const WRONG = ["[aria-invalid=true]", "[role=alert]"]
  .map((one) => `[role=tabpanel]:not([hidden]) ${one}`)
  .join();

/** The parts of a team's form. All of them stay in it: what is wrong in a hidden one is shown before it is sent. */
export function TeamTabs({ part, onPart, error, children }: TeamTabsProps) {
  const { t } = useTranslation();
  const whole = useRef<HTMLDivElement>(null);
  const head = useRef<HTMLDivElement>(null);
  const wrong = useMemo(() => new Set(wrongParts(error)), [error]);
  useEffect(() => {
    if (wrong.size > 0) whole.current?.querySelector(WRONG)?.scrollIntoView({ block: "center" });
  }, [wrong]);
  const go = (next: string) => {
    onPart(next as TeamPart);
    const topOf = (part: HTMLElement | null) => part?.getBoundingClientRect().top ?? 0;
    // Another part begins at its beginning, wherever one was in the last.
    if (topOf(whole.current) < topOf(head.current)) whole.current?.scrollIntoView();
  };
  return (
    <Tabs.Root ref={whole} value={part} onValueChange={go}>
      <div ref={head} className="sticky top-0 z-10 bg-panel pb-1">
        <Tabs.List
          aria-label={t("team.parts")}
          className="grid grid-cols-2 gap-0.5 rounded-lg bg-sunken p-0.5 sm:grid-cols-4"
        >
          {TEAM_PARTS.map((one) => (
            <Tabs.Trigger
              key={one}
              value={one}
              aria-label={
                wrong.has(one) ? `${t(`team.part.${one}`)}: ${t("team.toMend")}` : undefined
              }
              className="flex min-h-8 items-center justify-center gap-1 rounded-md px-2 py-1 text-center text-sm text-ink-soft hover:text-ink data-[state=active]:bg-raised data-[state=active]:font-medium data-[state=active]:text-ink data-[state=active]:shadow-lift"
            >
              {t(`team.part.${one}`)}
              {wrong.has(one) && (
                <CircleAlert aria-hidden className="size-3.5 shrink-0 text-danger" />
              )}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
      </div>
      {TEAM_PARTS.map((one) => (
        <Tabs.Content
          key={one}
          value={one}
          forceMount
          hidden={one !== part}
          // The browser tells what is wrong at its field, as soon as that can be seen.
          onInvalidCapture={() => {
            if (one !== part) flushSync(() => onPart(one));
          }}
          // The tabs lie over what the browser brings to the upper edge.
          className="min-h-96 pt-3 outline-none **:scroll-mt-24 sm:**:scroll-mt-14"
        >
          {children[one]}
        </Tabs.Content>
      ))}
    </Tabs.Root>
  );
}
