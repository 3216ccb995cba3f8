// Somebody wants to write, and the field may not be there yet: its conversation is just being opened.

import { useLayoutEffect } from "react";
import { isTyping } from "@/lib/keyboard";
import { useDrafts } from "../drafts";
import { COMPOSER_INPUT } from "./focus";

/** A conversation that is not there by then is not coming. */
const PATIENCE_MS = 10_000;

let awaited: { id: string; giveUp: () => void } | null = null;

/** Gives the field of a conversation the focus as soon as it is there; what is typed until then stands in it. */
export function writeInto(id: string): void {
  awaited?.giveUp();
  if (arrive(id)) return;
  // What is meant for this one must not go into the message to another.
  if (document.activeElement?.id === COMPOSER_INPUT) (document.activeElement as HTMLElement).blur();
  const onKeyDown = (event: KeyboardEvent) => {
    if (isTyping(event.target)) return giveUp();
    if (takeKey(id, event)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  };
  const giveUp = () => {
    awaited = null;
    clearTimeout(timer);
    window.removeEventListener("keydown", onKeyDown, true);
    window.removeEventListener("pointerdown", giveUp, true);
  };
  const timer = setTimeout(giveUp, PATIENCE_MS);
  window.addEventListener("keydown", onKeyDown, true);
  window.addEventListener("pointerdown", giveUp, true);
  awaited = { id, giveUp };
}

/** The place where a conversation's messages are written is there. */
export function useArrival(id: string): void {
  useLayoutEffect(() => {
    if (awaited?.id !== id) return;
    awaited.giveUp();
    arrive(id);
  }, [id]);
}

/** False as long as there is nothing to write in. */
function arrive(id: string): boolean {
  const composer = document.querySelector(`[data-composer="${id}"]`);
  if (!composer) return false;
  const field = composer.querySelector<HTMLTextAreaElement>(`#${COMPOSER_INPUT}`);
  field?.focus();
  field?.setSelectionRange(field.value.length, field.value.length);
  return true;
}

/** Letters, and taking back a letter. Nothing is sent that nobody has seen: Enter waits for the field. */
function takeKey(id: string, event: KeyboardEvent): boolean {
  const { key, ctrlKey, metaKey, altKey, isComposing } = event;
  if (ctrlKey || metaKey || altKey || isComposing) return false;
  if (key === "Enter") return true;
  const isLetter = [...key].length === 1;
  if (!isLetter && key !== "Backspace") return false;
  const { drafts, change } = useDrafts.getState();
  const draft = drafts[id];
  const before = (draft?.note ? draft.noteText : draft?.text) ?? "";
  const text = isLetter ? before + key : [...before].slice(0, -1).join("");
  change(id, draft?.note ? { noteText: text } : { text });
  return true;
}
