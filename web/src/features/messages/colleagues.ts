// Who can be called by a note. The page around a thread knows them.

import { createContext, useContext } from "react";
import type { UserView } from "@/lib/api/types";

export type Colleague = Pick<UserView, "id" | "name" | "disabled">;

export const ColleaguesContext = createContext<Colleague[]>([]);

export function useColleagues(): Colleague[] {
  return useContext(ColleaguesContext);
}
