import { useMemo } from "react";
import { useSearchParams } from "react-router";

/** Empty is everything. */
export interface Search {
  q: string;
  /** A direction, or a user's id. */
  who: string;
  type: string;
  session: string;
  conversation: string;
  /** The first day, as `2026-01-31`. */
  from: string;
  /** The last day. */
  to: string;
}

const NAMES = {
  q: "q",
  who: "who",
  type: "type",
  session: "number",
  conversation: "conversation",
  from: "from",
  to: "to",
} as const;

export const NO_FILTERS = { who: "", type: "", session: "", conversation: "", from: "", to: "" };

/** What is searched lives in the address: it survives a reload, is there when one comes back, and can be shared. */
export function useSearch(): [Search, (change: Partial<Search>) => void] {
  const [parameters, setParameters] = useSearchParams();
  const search = useMemo<Search>(() => {
    const value = (name: string) => parameters.get(name) ?? "";
    return {
      q: value(NAMES.q),
      who: value(NAMES.who),
      type: value(NAMES.type),
      session: value(NAMES.session),
      conversation: value(NAMES.conversation),
      from: value(NAMES.from),
      to: value(NAMES.to),
    };
  }, [parameters]);
  const change = (part: Partial<Search>) =>
    setParameters(
      (known) => {
        for (const [field, name] of Object.entries(NAMES)) {
          const value = part[field as keyof Search];
          if (value) known.set(name, value);
          else if (value === "") known.delete(name);
        }
        return known;
      },
      { replace: true },
    );
  return [search, change];
}

/** Whether not everything is searched. */
export function isFiltered(search: Search): boolean {
  return Object.keys(NO_FILTERS).some((name) => search[name as keyof Search] !== "");
}
