export const COMPOSER_INPUT = "composer-input";

/** Lets the person write on, wherever they clicked. */
export function focusComposer(): void {
  document.getElementById(COMPOSER_INPUT)?.focus();
}
