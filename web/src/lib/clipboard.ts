/** Rejects where the browser does not allow it. */
export async function copyText(text: string): Promise<void> {
  // Pages without https have no clipboard.
  if (!navigator.clipboard) throw new Error("no clipboard");
  await navigator.clipboard.writeText(text);
}
