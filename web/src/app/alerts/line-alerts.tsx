import { useIsFetching, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { lazily } from "@/lib/lazily";
import { notificationsQuery } from "@/lib/notifications";
import { useMay } from "@/lib/session-user";

// Nobody asked for it: when it can't be fetched, the page goes on without.
const AlertWatcher = lazily(() =>
  import("./alert-watcher").then(
    ({ AlertWatcher }) => AlertWatcher,
    () => () => null,
  ),
);

/** Alerts supervisors of their lines, wherever in the app they are. */
export function LineAlerts() {
  return useMay("supervisor") ? <OncePageStands /> : null;
}

/** The first page has its list before anything is asked for that could wait. */
function OncePageStands() {
  const { isSuccess } = useQuery(notificationsQuery);
  const quiet = useIsFetching() === 0;
  const [stands, setStands] = useState(false);
  useEffect(() => {
    if (isSuccess && quiet) setStands(true);
  }, [isSuccess, quiet]);
  return stands ? <AlertWatcher /> : null;
}
