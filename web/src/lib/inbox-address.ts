// Where a conversation is opened from outside of its list.

import { useLocation } from "react-router";

/** The filters of the inbox as they stand in the address, for links to a conversation; none on another page. */
export function useInboxSearch(): string {
  const { pathname, search } = useLocation();
  return inboxSearch(pathname, search);
}

/** An address inside the page; one of a conversation keeps the filters of the list beside it. */
export function keepFilters(
  address: string,
  { pathname, search }: { pathname: string; search: string },
): string {
  const [path = "", hash] = address.split("#");
  if (!path.startsWith("/inbox/")) return address;
  return path + inboxSearch(pathname, search) + (hash ? `#${hash}` : "");
}

function inboxSearch(pathname: string, search: string): string {
  return /^\/inbox(\/|$)/.test(pathname) ? search : "";
}
