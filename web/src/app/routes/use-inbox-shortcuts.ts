import { useEffect, useRef } from "react";
import { useLocation, useNavigate } from "react-router";
import { useChangeConversation } from "@/features/conversations/queries";
import { useDrafts } from "@/features/messages/drafts";
import type { Conversation } from "@/lib/api/types";

function focus(id: string): void {
  document.getElementById(id)?.focus();
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && Boolean(target.closest("input, textarea, select, dialog"))
  );
}

/** The keys of the inbox; `code` and not `key`, so that they lie in the same place on every keyboard. */
export function useInboxShortcuts(rows: Conversation[], selected: string | null): void {
  const navigate = useNavigate();
  const { search } = useLocation();
  const close = useChangeConversation(selected ?? "");
  const note = useDrafts((drafts) => drafts.change);

  const handle = (event: KeyboardEvent): boolean => {
    if (event.key === "/" && !isTyping(event.target)) {
      focus("inbox-search");
      return true;
    }
    if (!event.altKey || event.ctrlKey || event.metaKey) return false;
    const step = event.code === "KeyJ" ? 1 : event.code === "KeyK" ? -1 : 0;
    if (step !== 0) {
      const at = rows.findIndex((row) => row.id === selected);
      const next = rows[at < 0 ? 0 : at + step];
      if (next) void navigate({ pathname: `/inbox/${next.id}`, search });
      return true;
    }
    if (!selected) return false;
    if (event.code === "KeyE") close.mutate({ status: "closed" });
    else if (event.code === "KeyP") note(selected, { note: true });
    else if (event.code === "KeyL") note(selected, { note: false });
    else return false;
    requestAnimationFrame(() => focus("composer-input"));
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
