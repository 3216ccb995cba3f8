// Tells on the desktop that somebody was called, for those who asked for it and look elsewhere.

import { create } from "zustand";
import { persist } from "zustand/middleware";
import type { Message } from "@/lib/api/types";
import i18n from "@/lib/i18n";

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

/** Shows a call unless the page is looked at anyway. */
export function noticeOnDesktop(note: Message, onOpen: () => void): void {
  const { wanted } = useDesktopNotices.getState();
  if (!wanted || permission() !== "granted" || document.visibilityState !== "hidden") return;
  const title = i18n.t("mention.noticeTitle", { name: note.author?.name ?? "" }).trim();
  try {
    // Several open pages of one person make one notice.
    const notice = new Notification(title, { body: note.text ?? "", tag: note.id });
    notice.onclick = () => {
      window.focus();
      onOpen();
      notice.close();
    };
  } catch {
    // Phones let only service workers do this.
  }
}
