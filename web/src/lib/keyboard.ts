// Who a key is for.

/** A field takes letters for itself. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && Boolean(target.closest("input, textarea, select"));
}

/** Behind a dialog no shortcut works. */
export function isDialogOpen(): boolean {
  return document.querySelector("dialog[open]") !== null;
}

/** There, Ctrl moves the caret and Option writes letters. */
export function isMac(): boolean {
  return /^(Mac|iP)/.test(navigator.platform);
}

/** The key of the big commands, as it is written on the keyboard. */
export const MAIN_KEY = isMac() ? "⌘" : "Ctrl";
