import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach, beforeEach } from "vitest";
import { clearDrafts } from "@/features/messages/drafts";
import { useOutbox } from "@/features/messages/outbox";
import { loadNumbers } from "@/lib/format";
import { loadLanguage } from "@/lib/i18n";

// What takes a tenth of a second here takes a second where something else has the processor.
configure({ asyncUtilTimeout: 8_000 });

await loadLanguage("en");
await loadNumbers();

// What jsdom does not have.
HTMLDialogElement.prototype.showModal = function showModal() {
  this.open = true;
};
Element.prototype.scrollIntoView = () => undefined;
URL.createObjectURL = () => "blob:test";
URL.revokeObjectURL = () => undefined;
globalThis.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
// A list in a window of that size: react-virtual shows nothing in one of size zero.
for (const [name, value] of Object.entries({
  offsetHeight: 800,
  offsetWidth: 400,
  clientHeight: 800,
})) {
  Object.defineProperty(HTMLElement.prototype, name, { configurable: true, value });
}

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
  useOutbox.setState({ parcels: [] });
  clearDrafts();
});
afterEach(cleanup);
