import { useEffect, useRef, useState } from "react";
import { forgetMove, takeMove } from "@/features/conversations/own-moves";
import type { Taken } from "@/features/messages/presence/taken";
import type { Conversation } from "@/lib/api/types";
import { useLogin } from "@/lib/session-user";

/** Tells when the conversation that one looks at is taken from oneself. */
export function useTaken({ id, assignee, reserved_until }: Conversation): Taken {
  const me = useLogin((login) => login.user?.id);
  const [lost, setLost] = useState(false);
  const to = assignee?.id ?? null;
  const mine = to === me;
  const before = useRef({ mine, offered: reserved_until !== null });
  useEffect(() => {
    const { mine: wasMine, offered } = before.current;
    before.current = { mine, offered: reserved_until !== null };
    if (mine) {
      setLost(false);
      forgetMove(id);
    }
    // One that was not accepted goes on by itself, and the bar that offered it says so.
    else if (wasMine && !takeMove(id, to) && !offered) setLost(true);
  }, [id, to, mine, reserved_until]);
  return { by: lost ? (assignee?.name ?? null) : null, accept: () => setLost(false) };
}
