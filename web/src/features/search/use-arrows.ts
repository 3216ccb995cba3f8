import { type KeyboardEvent, useRef } from "react";

/** Leads through a list of links by the arrow keys; `enter` goes to the first of them. */
export function useArrows<T extends HTMLElement>() {
  const list = useRef<T>(null);
  const links = () => [...(list.current?.querySelectorAll("a") ?? [])];
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    // With a key held the browser or a reader means something else by it.
    if (step === 0 || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const all = links();
    const at = all.indexOf(document.activeElement as HTMLAnchorElement);
    const next = at < 0 ? undefined : all[at + step];
    if (!next) return;
    next.focus();
    event.preventDefault();
  };
  return { list, onKeyDown, enter: () => links()[0]?.focus() };
}
