import { Fragment, useMemo } from "react";
import type { Message } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { useLogin } from "@/lib/session-user";
import { type Call, callsIn, mentionsOf, type Person } from "../calls";
import { useColleagues } from "../colleagues";
import { FormattedText } from "./formatted-text";

/** A note's words; who is called by it stands out, oneself most. */
export function NoteText({ message }: { message: Message }) {
  const colleagues = useColleagues();
  const me = useLogin((login) => login.user?.id);
  const { content } = message;
  const called = useMemo(() => {
    const ids = mentionsOf(content);
    return colleagues.filter(({ id }) => ids.includes(id));
  }, [colleagues, content]);
  const plain = (text: string) => {
    const pieces = cut(text, callsIn(text, called));
    return pieces.map(({ from, words, person }) =>
      person ? (
        <span
          key={from}
          data-testid="mention"
          className={cn(
            "rounded px-0.5 font-semibold",
            person.id === me ? "bg-note-ink text-note" : "bg-note-line/60 text-note-ink",
          )}
        >
          {words}
        </span>
      ) : (
        <Fragment key={from}>{words}</Fragment>
      ),
    );
  };
  return <FormattedText text={message.text ?? ""} plain={plain} />;
}

interface Cut {
  from: number;
  words: string;
  person: Person | null;
}

/** A text in pieces: calls, and what is between them. */
function cut(text: string, calls: Call<Person>[]): Cut[] {
  const pieces: Cut[] = [];
  let from = 0;
  for (const call of calls) {
    if (call.from > from) pieces.push({ from, words: text.slice(from, call.from), person: null });
    pieces.push({
      from: call.from,
      words: text.slice(call.from, call.to),
      person: call.person,
    });
    from = call.to;
  }
  if (from < text.length) pieces.push({ from, words: text.slice(from), person: null });
  return pieces;
}
