import { X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { wholeNumber } from "@/lib/format";
import { FailuresDialog } from "./failures-dialog";
import { dismissRun, type Run, stopRun, UNDO_MS } from "./run";
import { useBulk } from "./use-bulk";
import { useKeptFocus, useSpoken } from "./use-run-bar";
import { runText } from "./words";

/** How far a change of many is; then how it ended, with what can be done about it. */
export function RunBar({ run }: { run: Run }) {
  const { t } = useTranslation();
  const box = useRef<HTMLElement>(null);
  const ended = run.phase === "ended";
  const text = runText(t, run);
  const spoken = useSpoken(text);
  useKeptFocus(box, `${run.phase} ${run.back.length > 0} ${run.failed.length > 0}`);
  const calm = ended && run.failed.length + run.left.length === 0;
  useEffect(() => {
    if (!calm) return;
    const timer = setTimeout(() => {
      // Nothing goes away under somebody's hands.
      if (!box.current?.contains(document.activeElement)) dismissRun();
    }, UNDO_MS);
    return () => clearTimeout(timer);
  }, [calm]);
  return (
    <section
      ref={box}
      tabIndex={-1}
      aria-label={t("bulk.run")}
      data-testid="bulk-run"
      data-phase={run.phase}
      className="grid gap-1.5 px-4 py-2.5 outline-none"
    >
      <p role="status" className="sr-only">
        {spoken}
      </p>
      <div className="flex min-h-8 items-center gap-2">
        <p className="min-w-0 flex-1 text-sm font-medium wrap-anywhere tabular-nums">{text}</p>
        {ended ? <EndedButtons run={run} /> : <StopButton run={run} />}
      </div>
      {!ended && <Progress run={run} label={text} />}
      {!ended && run.waits && <p className="text-xs text-ember-ink">{t("bulk.waits")}</p>}
      {ended && <Aftermath run={run} />}
    </section>
  );
}

function StopButton({ run }: { run: Run }) {
  const { t } = useTranslation();
  const stopping = run.phase === "stopping";
  return (
    <Button look="secondary" size="sm" busy={stopping} onClick={stopRun}>
      {t(stopping ? "bulk.stopping" : "bulk.stop")}
    </Button>
  );
}

function EndedButtons({ run }: { run: Run }) {
  const { t } = useTranslation();
  const { undo } = useBulk();
  return (
    <>
      {run.back.length > 0 && (
        <Button look="quiet" size="sm" className="px-2 text-tide-strong" onClick={undo}>
          {t("common.undo")}
        </Button>
      )}
      <IconButton small icon={X} label={t("common.close")} onClick={dismissRun} />
    </>
  );
}

function Progress({ run, label }: { run: Run; label: string }) {
  const now = run.done + run.failed.length;
  const share = run.total === 0 ? 1 : now / run.total;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={run.total}
      aria-valuenow={now}
      className="h-1.5 overflow-hidden rounded-full bg-sunken"
    >
      <div
        className="h-full rounded-full bg-tide transition-[width]"
        style={{ width: `${share * 100}%` }}
      />
    </div>
  );
}

/** What did not become as it should, and why. */
function Aftermath({ run }: { run: Run }) {
  const { t } = useTranslation();
  const { retry } = useBulk();
  const [shows, setShows] = useState(false);
  const { failed, left, kept, gaveUp } = run;
  const count = (number: number) => ({ count: number, shown: wholeNumber(number) });
  if (failed.length + left.length + kept === 0) return null;
  return (
    <div className="grid gap-1.5 text-sm text-ink-soft">
      {kept > 0 && <p>{t("bulk.kept", count(kept))}</p>}
      {failed.length > 0 && (
        <p className="text-danger">
          {t("bulk.failed", count(failed.length))}{" "}
          <button type="button" className="underline" onClick={() => setShows(true)}>
            {t("bulk.why")}
          </button>
        </p>
      )}
      {left.length > 0 && (
        <p>
          {t("bulk.left", count(left.length))} {gaveUp}
        </p>
      )}
      {failed.length + left.length > 0 && (
        <Button look="secondary" size="sm" className="justify-self-start" onClick={retry}>
          {t(failed.length > 0 ? "bulk.again" : "bulk.goOn")}
        </Button>
      )}
      {shows && <FailuresDialog failed={failed} onClose={() => setShows(false)} />}
    </div>
  );
}
