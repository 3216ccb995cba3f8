import { create } from "zustand";

/** How many alerts there are now, for who shows it; none where nobody watches. */
export const useAlertCount = create<{ count: number }>(() => ({ count: 0 }));
