import { type ClipboardEvent, type KeyboardEvent, type RefObject, useLayoutEffect } from "react";
import { useTranslation } from "react-i18next";
import { ownDirection } from "@/components/ui/field";
import { cn } from "@/lib/classes";
import { COMPOSER_INPUT } from "./focus";
import type { Picker } from "./use-picker";

/** About eight lines; beyond, the field scrolls. */
const MAX_HEIGHT_PX = 180;

interface InputProps {
  inputRef: RefObject<HTMLTextAreaElement | null>;
  value: string;
  note: boolean;
  picker: Picker;
  onChange: (text: string) => void;
  onSend: () => void;
  onEscape: () => void;
  onFiles: (files: File[]) => void;
}

/** Enter sends, Shift+Enter breaks the line, pasted files become attachments; an open list takes its keys first. */
export function ComposerInput(props: InputProps) {
  const { inputRef, value, note, picker, onChange, onSend, onEscape, onFiles } = props;
  const { t } = useTranslation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text.
  useLayoutEffect(() => {
    const field = inputRef.current;
    if (!field) return;
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight, MAX_HEIGHT_PX)}px`;
  }, [value]);

  const onKeyDown = (event: KeyboardEvent) => {
    // While an input method composes a character, Enter belongs to it.
    if (event.nativeEvent.isComposing) return;
    if (picker.onKeyDown(event)) return event.preventDefault();
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      onSend();
    }
    if (event.key === "Escape") onEscape();
  };
  const onPaste = (event: ClipboardEvent) => {
    const files = [...event.clipboardData.files];
    if (files.length === 0 || note) return;
    event.preventDefault();
    onFiles(files);
  };
  const label = note ? t("composer.notePlaceholder") : t("composer.placeholder");
  const lookAtCaret = ({ selectionStart, selectionEnd }: HTMLTextAreaElement) =>
    picker.setCaret(selectionStart === selectionEnd ? selectionStart : null);
  // No role of its own is allowed on a field of several lines: it stays a text box that points at its list.
  return (
    <textarea
      ref={inputRef}
      id={COMPOSER_INPUT}
      data-testid={COMPOSER_INPUT}
      rows={1}
      value={value}
      dir={ownDirection(value)}
      enterKeyHint="send"
      aria-label={label}
      aria-autocomplete="list"
      aria-haspopup="listbox"
      aria-controls={picker.activeId && picker.listId}
      aria-activedescendant={picker.activeId}
      placeholder={label}
      onChange={(event) => {
        onChange(event.target.value);
        lookAtCaret(event.target);
      }}
      onSelect={(event) => lookAtCaret(event.currentTarget)}
      onBlur={() => picker.setCaret(null)}
      onKeyDown={onKeyDown}
      onPaste={onPaste}
      className={cn(
        "block max-h-[180px] min-h-9.5 min-w-0 flex-1 resize-none bg-transparent px-1 py-2 text-base outline-none",
        note && "ps-2 placeholder:text-note-ink",
      )}
    />
  );
}
