import type { RefObject } from "react";

interface FilePickerProps {
  pickerRef: RefObject<HTMLInputElement | null>;
  onFiles: (files: File[]) => void;
}

/** The browser's own file chooser; buttons open it. */
export function FilePicker({ pickerRef, onFiles }: FilePickerProps) {
  return (
    <input
      ref={pickerRef}
      type="file"
      multiple
      hidden
      data-testid="attach-input"
      onChange={(event) => {
        onFiles([...(event.target.files ?? [])]);
        // The same file may be chosen again.
        event.target.value = "";
      }}
    />
  );
}
