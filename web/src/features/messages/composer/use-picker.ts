import { type KeyboardEvent, type RefObject, useId, useState } from "react";
import { flushSync } from "react-dom";
import type { ContactBrief } from "@/lib/api/types";
import { useWhole } from "@/lib/paged-query";
import { useLogin } from "@/lib/session-user";
import type { Person } from "../calls";
import { cannedQuery } from "../queries";
import { askAt, findCanned, findColleagues } from "./ask";
import { fillIn } from "./fill-in";

export interface Option {
  id: string;
  /** What is chosen by it. */
  label: string;
  /** What it stands for. */
  preview: string | null;
  person: Person | null;
  words: string;
}

interface PickerProps {
  input: RefObject<HTMLTextAreaElement | null>;
  text: string;
  note: boolean;
  contact: ContactBrief;
  callable: Person[];
  /** Takes the new text, and who was picked. */
  onPick: (text: string, person: Person | null) => void;
}

export type Picker = ReturnType<typeof usePicker>;

/** The list over the field: colleagues after `@` in a note, canned responses after `/` in an empty line. */
export function usePicker({ input, text, note, contact, callable, onPick }: PickerProps) {
  const listId = useId();
  const agent = useLogin((login) => login.user?.name ?? "");
  const canned = useWhole(cannedQuery).data ?? [];
  const [caret, setCaret] = useState<number | null>(null);
  const [left, setLeft] = useState<string | null>(null);
  const [at, setAt] = useState({ of: "", index: 0 });

  const asked = caret === null ? null : askAt(text, Math.min(caret, text.length), note);
  const place = asked && `${asked.kind}:${asked.from}`;
  // Who closed the list writes on in peace until they begin another.
  if (left !== null && left !== place && caret !== null) setLeft(null);
  const ask = place === left ? null : asked;
  const options = !ask
    ? []
    : ask.kind === "colleague"
      ? findColleagues(callable, ask.query).map(optionOfPerson)
      : findCanned(canned, ask.query).map(({ id, shortcut, text: words }) => {
          const filled = fillIn(words, contact, agent);
          return { id, label: `/${shortcut}`, preview: filled, person: null, words: filled };
        });
  // A shortcut that nobody knows is a slip of the finger: it must not go to a customer by itself.
  const unknown =
    ask?.kind === "canned" && canned.length > 0 && options.length === 0 && !/\s/.test(ask.query);
  const query = ask ? `${place}:${ask.query}` : "";
  const index = at.of === query ? Math.min(at.index, options.length - 1) : 0;

  const choose = (option: Option) => {
    if (!ask) return;
    const after = text.slice(ask.to);
    const space = option.person && !/^\s/.test(after) ? " " : "";
    const end = ask.from + option.words.length + (option.person ? 1 : 0);
    setLeft(place);
    flushSync(() => onPick(text.slice(0, ask.from) + option.words + space + after, option.person));
    input.current?.focus();
    input.current?.setSelectionRange(end, end);
    setCaret(end);
  };
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (event.key === "Escape" && (options.length > 0 || unknown)) setLeft(place);
    else if (event.key === "Enter" && unknown && !event.shiftKey) return true;
    else if (options.length === 0 || event.altKey || event.ctrlKey || event.metaKey) return false;
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : options.length - 1;
      setAt({ of: query, index: (index + step) % options.length });
    } else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey) {
      const option = options[index];
      if (option) choose(option);
    } else return false;
    return true;
  };
  return {
    listId,
    kind: ask?.kind ?? null,
    options,
    unknown,
    index,
    activeId: options.length > 0 ? `${listId}-${index}` : undefined,
    hasCanned: canned.length > 0,
    setCaret,
    choose,
    onKeyDown,
  };
}

function optionOfPerson(person: Person): Option {
  const words = `@${person.name}`;
  return { id: person.id, label: person.name, preview: null, person, words };
}
