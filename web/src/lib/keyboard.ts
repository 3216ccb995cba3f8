// Who a key is for.

/** A field takes letters for itself. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && Boolean(target.closest("input, textarea, select"));
}

/** Behind a dialog no shortcut works. */
export function isDialogOpen(): boolean {
  return document.querySelector("dialog[open]") !== null;
}
