// Tells on the desktop what happened, for those who asked for it and look elsewhere.

import { create } from "zustand";
import { persist } from "zustand/middleware";

interface Wish {
  wanted: boolean;
  permission: NotificationPermission | "missing";
}

const permission = () =>
  typeof Notification === "undefined" ? "missing" : Notification.permission;

/** Whether this browser shows them: the person must want it here and the browser allow it. */
export const useDesktopNotices = create<Wish>()(
  persist((): Wish => ({ wanted: false, permission: permission() }), {
    name: "desktop-notices",
    version: 1,
    // The browser's own mind is asked each time.
    partialize: ({ wanted }) => ({ wanted }) as Wish,
  }),
);

export function dropDesktopNotices(): void {
  useDesktopNotices.setState({ wanted: false });
}

/** Turns them on; the browser asks the person if it does not know yet. */
export async function wantDesktopNotices(): Promise<void> {
  if (permission() === "missing") return;
  const answer = await Notification.requestPermission();
  useDesktopNotices.setState({ permission: answer, wanted: answer === "granted" });
}

export interface DesktopNotice {
  title: string;
  body: string;
  /** Several open pages of one person make one notice of the same tag. */
  tag: string;
  silent?: boolean;
}

/** Shows it unless the page is looked at anyway. */
export function showOnDesktop({ title, ...options }: DesktopNotice, onOpen: () => void): void {
  const { wanted } = useDesktopNotices.getState();
  if (!wanted || permission() !== "granted" || document.visibilityState !== "hidden") return;
  try {
    const notice = new Notification(title, options);
    notice.onclick = () => {
      window.focus();
      onOpen();
      notice.close();
    };
  } catch {
    // Phones let only service workers do this.
  }
}
