// Whether a thread is only looked at: then nothing in it can be answered, reacted to or sent again.

import { createContext, useContext } from "react";

export const ReadOnlyContext = createContext(false);

export function useReadOnly(): boolean {
  return useContext(ReadOnlyContext);
}
