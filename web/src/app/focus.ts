/** Until a part of the page that was hidden or is new has been drawn. */
const MAX_FRAMES = 10;

/** Whether nothing that one can see has the focus. */
export function isFocusLost(): boolean {
  const active = document.activeElement;
  return !active || active === document.body || active.checkVisibility?.() === false;
}

/** Gives a lost focus to what will be there soon. */
export function focusSoon(selector: string, frames = MAX_FRAMES): void {
  if (!isFocusLost()) return;
  const target = document.querySelector<HTMLElement>(selector);
  if (target) target.focus();
  else if (frames > 0) requestAnimationFrame(() => focusSoon(selector, frames - 1));
}
