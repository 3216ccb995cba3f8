import { useEffect, useRef, useState } from "react";
import { Outlet, useMatch, useNavigate } from "react-router";
import { MissedBanner } from "@/features/agents/missed-banner";
import { useAutoAway } from "@/features/agents/use-auto-away";
import { noticeOnDesktop } from "@/features/mentions/desktop-notice";
import { draftSync } from "@/features/messages/draft-sync";
import { cn } from "@/lib/classes";
import { SocketContext, useTopic } from "@/lib/connection";
import { useFollowNotifications } from "@/lib/notifications";
import { liveCache, queryClient } from "./clients";
import { CommandBarDialog } from "./command-bar/command-bar-dialog";
import { dropGiven, tellGiven } from "./given";
import { dropLate, tellLate } from "./late";
import { createLive, watchBrowser } from "./live";
import { MacroDialogs } from "./macros/macro-dialogs";
import { NavRail } from "./nav-rail";
import { tellNews } from "./news";
import { ShortcutsHelp } from "./shortcuts-dialog";
import { StaleBanner } from "./stale-banner";
import { dropUnsent, tellUnsent } from "./unsent";

/** Everything around the pages of a logged-in user, and the live connection under them. */
export function Shell() {
  const navigate = useNavigate();
  const open = useRef(navigate);
  open.current = navigate;
  const [socket] = useState(() =>
    createLive(queryClient, liveCache, {
      mentioned: (note) =>
        noticeOnDesktop(note, () => void open.current(`/inbox/${note.conversation_id}#${note.id}`)),
      row: (row, before) =>
        tellNews(queryClient, row, before, (address) => void open.current(address)),
      given: (given) => tellGiven(given, (address) => void open.current(address)),
      settled: (id) => dropGiven(id, (address) => void open.current(address)),
      late: (row, mark) => tellLate(row, mark, (address) => void open.current(address)),
      kept: (id) => dropLate(id, (address) => void open.current(address)),
      unsent: (unsent, contact) =>
        tellUnsent(unsent, contact, (address) => void open.current(address)),
      settledUnsent: (id) => dropUnsent(id, (address) => void open.current(address)),
    }),
  );
  useEffect(() => {
    const stopDrafts = draftSync.start();
    socket.start();
    const stopWatching = watchBrowser(socket);
    return () => {
      stopWatching();
      socket.stop();
      stopDrafts();
    };
  }, [socket]);
  return (
    <SocketContext value={socket}>
      <Frame />
    </SocketContext>
  );
}

function Frame() {
  useTopic("inbox");
  useTopic("directory");
  useTopic("me");
  useTopic("agents");
  useAutoAway();
  useFollowNotifications();
  // On a phone an open conversation has the whole screen.
  const reading = useMatch("/inbox/:conversationId") !== null;
  return (
    <div className="flex h-dvh flex-col md:flex-row">
      <NavRail className={cn("order-last md:order-first", reading && "max-md:hidden")} />
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <StaleBanner />
        <MissedBanner />
        <Outlet />
      </div>
      <CommandBarDialog />
      <ShortcutsHelp />
      <MacroDialogs />
    </div>
  );
}
