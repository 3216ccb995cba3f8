import { useEffect, useRef, useState } from "react";

/** Letters typed faster than this make one search. */
const SETTLE_MS = 250;

interface SettledText {
  /** What stands in the field. */
  text: string;
  setText: (text: string) => void;
  /** Asks for it now, without waiting for the next letter. */
  settle: () => void;
}

/** The text of a field to search in: what is typed is asked for when nobody types for a moment. */
export function useSettledText(value: string, onSettled: (text: string) => void): SettledText {
  const [text, setText] = useState(value);
  // What was asked for last: its way back here must not undo what was typed meanwhile.
  const asked = useRef(value);
  const ask = useRef(onSettled);
  ask.current = onSettled;
  useEffect(() => {
    if (value === asked.current) return;
    asked.current = value;
    setText(value);
  }, [value]);
  const settle = () => {
    if (text === asked.current) return;
    asked.current = text;
    ask.current(text);
  };
  const settleLast = useRef(settle);
  settleLast.current = settle;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each letter begins the wait anew.
  useEffect(() => {
    const timer = setTimeout(() => settleLast.current(), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return { text, setText, settle };
}
