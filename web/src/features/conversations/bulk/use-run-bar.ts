import { type RefObject, useEffect, useRef, useState } from "react";

/** Screen readers are told no more often than this. */
const SPEAK_MS = 5_000;

/** A text that changes all the time, as often as somebody wants to hear it. */
export function useSpoken(text: string): string {
  const [spoken, setSpoken] = useState("");
  const last = useRef(0);
  useEffect(() => {
    const wait = Math.max(0, last.current + SPEAK_MS - Date.now());
    const timer = setTimeout(() => {
      last.current = Date.now();
      setSpoken(text);
    }, wait);
    return () => clearTimeout(timer);
  }, [text]);
  return spoken;
}

/** Buttons come and go in a box: who pressed one of them stays in it. So does whoever has lost their place to it. */
export function useKeptFocus(box: RefObject<HTMLElement | null>, step: string): void {
  const inside = useRef(true);
  useEffect(() => {
    const here = box.current;
    const look = (event: FocusEvent) => {
      inside.current = here?.contains(event.target as Node) ?? false;
    };
    document.addEventListener("focusin", look);
    return () => document.removeEventListener("focusin", look);
  }, [box]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the step is the reason to look.
  useEffect(() => {
    if (inside.current && document.activeElement === document.body) box.current?.focus();
  }, [box, step]);
}
