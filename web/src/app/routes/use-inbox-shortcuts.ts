import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { flushSync } from "react-dom";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate } from "react-router";
import { toastGood } from "@/components/ui/toast";
import { SEARCH_BOX } from "@/features/conversations/filter-bar";
import { isOffered } from "@/features/conversations/offers";
import { knownConversation, useSetStatus } from "@/features/conversations/queries";
import { useAcceptOffer } from "@/features/conversations/reserved-bar";
import { useMarkUnread } from "@/features/conversations/use-seen";
import { NO_WAY, nextOn, walk } from "@/features/conversations/way";
import { COMPOSER_INPUT } from "@/features/messages/composer/focus";
import { writeInto } from "@/features/messages/composer/write-into";
import { useDrafts } from "@/features/messages/drafts";
import type { Conversation } from "@/lib/api/types";
import { useDoneWith } from "@/lib/go-on";
import { isDialogOpen, isMac, isTyping } from "@/lib/keyboard";
import { useLogin } from "@/lib/session-user";
import { openMacros } from "../macros/run";

/** On a Mac, Option writes letters (@ on a German keyboard, ł on a Polish one): a field needs them first. */
function writesLetters(event: KeyboardEvent): boolean {
  return isTyping(event.target) && isMac();
}

function focusedRow(): string | null {
  return document.activeElement?.closest<HTMLElement>("[data-row]")?.dataset.row ?? null;
}

/** The keys of the inbox; `code` and not `key`, so that they lie in the same place on every keyboard. */
export function useInboxShortcuts(
  rows: Conversation[],
  selected: string | null,
  takeNext?: () => void,
): void {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { search } = useLocation();
  const setStatus = useSetStatus();
  const { accept } = useAcceptOffer();
  const markUnread = useMarkUnread();
  const client = useQueryClient();
  const note = useDrafts((drafts) => drafts.change);
  const way = useRef(NO_WAY);
  way.current = walk(way.current, search, rows, selected);

  const go = (step: 1 | -1) => {
    const next = nextOn(way.current, rows, selected, step);
    if (next) openNext(next);
    else toastGood(t(step > 0 ? "inbox.noneBelow" : "inbox.noneAbove"));
  };
  useDoneWith((id) => {
    const next = id === selected && nextOn(way.current, rows, id, 1);
    if (next) openNext(next);
  });
  const openNext = (next: string) => {
    const writing = document.activeElement?.id === COMPOSER_INPUT;
    // At once, or else what is typed goes on into the message to the one before.
    void navigate({ pathname: `/inbox/${next}`, search }, { state: { writing }, flushSync: true });
    if (writing) writeInto(next);
  };
  const closeOrOpen = (id: string) => {
    const row = knownConversation(client, id) ?? rows.find((one) => one.id === id);
    if (row) void setStatus(row, { status: row.status === "closed" ? "open" : "closed" });
  };
  const acceptOffer = (id: string): boolean => {
    const row = knownConversation(client, id);
    if (!row || !isOffered(row, useLogin.getState().user?.id)) return false;
    accept(id);
    return true;
  };
  const handle = (event: KeyboardEvent): boolean => {
    if (isDialogOpen()) return false;
    if (event.key === "/" && !isTyping(event.target)) {
      document.getElementById(SEARCH_BOX)?.focus();
      return true;
    }
    if (!event.altKey || event.ctrlKey || event.metaKey || writesLetters(event)) return false;
    const step = event.code === "KeyJ" ? 1 : event.code === "KeyK" ? -1 : 0;
    if (step !== 0) {
      go(step);
      return true;
    }
    if (event.code === "KeyT" && takeNext) {
      takeNext();
      return true;
    }
    if (event.code === "KeyU") {
      // In the list it is about the row that has the focus.
      const id = focusedRow() ?? selected;
      if (id) markUnread(id);
      return id !== null;
    }
    if (!selected) return false;
    if (event.code === "KeyA") return acceptOffer(selected);
    if (event.code === "KeyM") {
      openMacros(selected);
      return true;
    }
    if (event.code === "KeyE") closeOrOpen(selected);
    else if (event.code === "KeyN") flushSync(() => note(selected, { note: true }));
    else if (event.code === "KeyL") flushSync(() => note(selected, { note: false }));
    else return false;
    // At once: the next key may be the first letter.
    writeInto(selected);
    return true;
  };
  const latest = useRef(handle);
  latest.current = handle;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (latest.current(event)) event.preventDefault();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
}
