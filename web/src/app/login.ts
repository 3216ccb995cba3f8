import { forgetRun } from "@/features/conversations/bulk/run";
import { clearSelection } from "@/features/conversations/bulk/selection";
import { draftSync } from "@/features/messages/draft-sync";
import { clearDrafts } from "@/features/messages/drafts";
import { useOutbox } from "@/features/messages/outbox";
import {
  accessToken,
  dropTokens,
  onAuthChange,
  storedRefreshToken,
  watchOtherTabs,
} from "@/lib/api/auth-tokens";
import { api } from "@/lib/api/client";
import type { Me, UserView } from "@/lib/api/types";
import { isLanguage } from "@/lib/i18n";
import { useLanguage } from "@/lib/language";
import { useLogin } from "@/lib/session-user";
import { queryClient } from "./clients";

const LAST_USER = "last-user";
/** Somebody logged out by hand, in whichever tab. */
const LEFT = "left";
/** Who leaves does not wait longer for their words to be kept. */
const LAST_WORDS_MS = 2_000;

/** What one person left unsent is not for the next one who logs in here. */
function clearLeftovers(user: UserView): void {
  if (localStorage.getItem(LAST_USER) !== user.id) {
    clearDrafts();
    useOutbox.setState({ parcels: [] });
  }
  localStorage.setItem(LAST_USER, user.id);
  localStorage.removeItem(LEFT);
}

/** Keeps the store of who is logged in; what one user loaded is never shown to the next. */
export function watchLogin(): () => void {
  const stopWatching = watchOtherTabs();
  const stopListening = onAuthChange((user) => {
    const before = useLogin.getState().user;
    if (before?.id === user?.id) return;
    if (before) queryClient.clear();
    forgetRun();
    clearSelection();
    if (user) clearLeftovers(user);
    // The hub has them. Who was only cut off finds them here.
    else if (localStorage.getItem(LEFT)) clearDrafts();
    useLogin.setState({ user, organization: null });
  });
  return () => {
    stopWatching();
    stopListening();
  };
}

/** Continues the log-in that this browser remembers. */
export async function resumeLogin(): Promise<void> {
  await accessToken();
  const me = await api.get<Me>("/me");
  useLogin.setState({ user: me.user, organization: me.organization });
  void followLanguage(me.language);
}

/** The language that the person chose, on whatever device; what this browser was told stays for who never chose. */
async function followLanguage(chosen: string | null): Promise<void> {
  if (chosen !== "system" && !isLanguage(chosen)) return;
  const { wish, choose } = useLanguage.getState();
  // Words that can't be fetched are no reason to keep somebody out.
  if (chosen !== wish) await choose(chosen).catch(() => undefined);
}

/** Ends it here, whatever the hub says. */
export async function logOut(): Promise<void> {
  const late = new Promise((resolve) => setTimeout(resolve, LAST_WORDS_MS));
  await Promise.race([draftSync.flush(), late]);
  try {
    await api.post("/auth/logout", { refresh_token: storedRefreshToken() });
  } catch {
    // The hub forgets by itself what nobody uses.
  } finally {
    localStorage.setItem(LEFT, "1");
    dropTokens();
  }
}
