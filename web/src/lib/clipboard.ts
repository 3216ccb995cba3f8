/** Rejects where the browser does not allow it. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  if (!copyByMarking(text)) throw new Error("no clipboard");
}

/** The way of pages without https, which have no clipboard: a hub in a local network often is one. */
function copyByMarking(text: string): boolean {
  const before = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "sr-only";
  // Beside an open dialog nothing can be marked.
  (before?.closest("dialog") ?? document.body).append(field);
  field.focus();
  field.select();
  try {
    return document.execCommand("copy");
  } finally {
    field.remove();
    if (before instanceof HTMLElement) before.focus();
  }
}
