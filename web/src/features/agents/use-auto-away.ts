import { useEffect, useRef } from "react";
import { giveIdleBack, isIdle, noteTouch, takeIdle, takeReturn } from "./activity";
import { useMyStatus, useSetMyStatus } from "./queries";

const TOUCHES = ["keydown", "pointerdown", "pointermove", "wheel", "focus"];
const CHECK_MS = 20_000;

/** Away when nobody touches the page for ten minutes, and back at the next touch if that alone was the reason. */
export function useAutoAway(): void {
  const mine = useMyStatus();
  const { mutate } = useSetMyStatus();
  const isAway = mine?.status === "away" && mine.reason === "idle";
  const latest = useRef({ isAway, isOnline: false });
  latest.current = { isAway, isOnline: mine?.status === "online" };
  useEffect(() => {
    const touched = () => {
      const now = Date.now();
      noteTouch(now);
      if (latest.current.isAway && takeReturn(now)) mutate({ status: "online" });
    };
    const seen = () => {
      if (document.visibilityState === "visible") touched();
    };
    const check = () => {
      if (!latest.current.isOnline || !takeIdle(Date.now())) return;
      mutate({ status: "away", idle: true }, { onError: giveIdleBack });
    };
    noteTouch(Date.now());
    for (const name of TOUCHES) window.addEventListener(name, touched, { passive: true });
    document.addEventListener("visibilitychange", seen);
    const timer = setInterval(check, CHECK_MS);
    return () => {
      for (const name of TOUCHES) window.removeEventListener(name, touched);
      document.removeEventListener("visibilitychange", seen);
      clearInterval(timer);
    };
  }, [mutate]);
  useEffect(() => {
    // Told by a device that nobody uses, or by a tab that was touched in the same moment: here somebody is.
    if (isAway && !isIdle(Date.now()) && takeReturn(Date.now())) mutate({ status: "online" });
  }, [isAway, mutate]);
}
