import { useLocation, useNavigate } from "react-router";
import { keepFilters } from "@/lib/inbox-address";
import { focusSoon } from "../focus";

/** Goes to a page and takes the focus along, whatever had it here. */
export function useGo(): (path: string) => void {
  const navigate = useNavigate();
  const here = useLocation();
  return (path) => {
    // What lost the focus, the page that comes gives it: a conversation to its name, the others here.
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    // A conversation at once: keys that are pressed now are for it, and not for the one before.
    const flushSync = path.startsWith("/inbox/");
    const gone = navigate(keepFilters(path, here), { flushSync });
    void Promise.resolve(gone).then(() => focusSoon("main"));
  };
}
