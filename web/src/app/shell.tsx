import { useEffect, useRef, useState } from "react";
import { Outlet, useLocation, useMatch, useNavigate } from "react-router";
import { MissedBanner } from "@/features/agents/missed-banner";
import { useAutoAway } from "@/features/agents/use-auto-away";
import { useToldStatus } from "@/features/agents/use-told-status";
import { noticeOnDesktop } from "@/features/mentions/desktop-notice";
import { draftSync } from "@/features/messages/draft-sync";
import { cn } from "@/lib/classes";
import { SocketContext, useTopic } from "@/lib/connection";
import { keepFilters } from "@/lib/inbox-address";
import { useFollowNotifications } from "@/lib/notifications";
import { LineAlerts } from "./alerts/line-alerts";
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
import { dropWoken, tellWoken } from "./woken";

/** Everything around the pages of a logged-in user, and the live connection under them. */
export function Shell() {
  const navigate = useNavigate();
  const here = useLocation();
  const go = (address: string) => void navigate(keepFilters(address, here));
  const latest = useRef(go);
  latest.current = go;
  const [socket] = useState(() => {
    const open = (address: string) => latest.current(address);
    return createLive(queryClient, liveCache, {
      mentioned: (note) =>
        noticeOnDesktop(note, () => open(`/inbox/${note.conversation_id}#${note.id}`)),
      row: (row, before) => tellNews(queryClient, row, before, open),
      given: (given) => tellGiven(given, open),
      settled: (id) => dropGiven(id, open),
      woken: (row) => tellWoken(row, open),
      asleep: (id) => dropWoken(id, open),
      late: (row, mark) => tellLate(row, mark, open),
      kept: (id) => dropLate(id, open),
      unsent: (unsent, contact) => tellUnsent(unsent, contact, open),
      settledUnsent: (id) => dropUnsent(id, open),
    });
  });
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
  useToldStatus();
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
      <LineAlerts />
      <CommandBarDialog />
      <ShortcutsHelp />
      <MacroDialogs />
    </div>
  );
}
