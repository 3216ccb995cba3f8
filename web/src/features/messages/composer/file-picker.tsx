import type { RefObject } from "react";
import { ACCEPT } from "./attachment-kinds";

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
      accept={ACCEPT}
      data-testid="attach-input"
      onChange={(event) => {
        onFiles([...(event.target.files ?? [])]);
        // The same file may be chosen again.
        event.target.value = "";
      }}
    />
  );
}
