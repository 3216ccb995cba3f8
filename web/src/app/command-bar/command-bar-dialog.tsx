import { lazy, Suspense, useEffect } from "react";
import { flushSync } from "react-dom";
import { create } from "zustand";
import { BarFrame } from "@/features/command-bar/bar-frame";
import { EarlyField } from "@/features/command-bar/early-field";
import { isDialogOpen, isMac } from "@/lib/keyboard";

/** When the page has long been there: the first opening need not wait for the network. */
const FETCH_AFTER_MS = 5_000;

const load = () => import("./all-commands");
const AllCommands = lazy(async () => ({ default: (await load()).AllCommands }));

interface Bar {
  open: boolean;
  /** What was typed before there was anything to choose from. */
  early: string;
}

const CLOSED: Bar = { open: false, early: "" };
const useCommandBar = create<Bar>(() => CLOSED);

export function openCommandBar(): void {
  useCommandBar.setState({ open: true });
}

/** The focus is back where it was when this returns. */
function closeCommandBar(): void {
  flushSync(() => useCommandBar.setState(CLOSED));
}

/** Opens and closes the command bar; all that is in it is loaded later. */
export function CommandBarDialog() {
  const { open, early } = useCommandBar();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (!isItsKey(event)) return;
      // Browsers would go to their own field.
      event.preventDefault();
      if (useCommandBar.getState().open) closeCommandBar();
      else if (!isDialogOpen()) openCommandBar();
    };
    const timer = setTimeout(() => void load().catch(() => undefined), FETCH_AFTER_MS);
    window.addEventListener("keydown", onKeyDown);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("keydown", onKeyDown);
      useCommandBar.setState(CLOSED);
    };
  }, []);
  if (!open) return null;
  return (
    <BarFrame onClose={closeCommandBar}>
      <Suspense
        fallback={
          <EarlyField value={early} onChange={(text) => useCommandBar.setState({ early: text })} />
        }
      >
        <AllCommands
          early={early}
          onRun={(run) => {
            closeCommandBar();
            run();
          }}
        />
      </Suspense>
    </BarFrame>
  );
}

/** By the letter; where the keyboard has others, by its place. On a Mac, Ctrl and K cut the rest of a line. */
function isItsKey({ key, code, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean {
  const held = isMac() ? metaKey && !ctrlKey : ctrlKey && !metaKey;
  if (!held || altKey || shiftKey) return false;
  return /^[a-z]$/i.test(key) ? key.toLowerCase() === "k" : code === "KeyK";
}
