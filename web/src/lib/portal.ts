import { createContext, useContext } from "react";

/** Where menus and popovers are drawn: inside a modal dialog they must be inside it, else nobody can reach them. */
export const PortalContext = createContext<HTMLElement | null>(null);

export function usePortal(): HTMLElement | null {
  return useContext(PortalContext);
}
