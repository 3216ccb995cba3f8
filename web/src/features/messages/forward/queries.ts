import { useMutation } from "@tanstack/react-query";
import { useRef } from "react";
import { api } from "@/lib/api/client";
import { isPassing } from "@/lib/api/problem";
import type { Conversation, Message } from "@/lib/api/types";
import { keys } from "@/lib/keys";
import { pagedQuery } from "@/lib/paged-query";
import type { SendBody } from "../outbox";
import { useTakeMessage } from "../queries";

/** Who does not find somebody among them types a letter. */
const PAGE = 20;

/** Conversations by whose they are, latest first. */
export function targetsQuery(q: string) {
  return {
    ...pagedQuery<Conversation>(keys.targets(q), "/conversations", { q, limit: PAGE }),
    staleTime: 0,
  };
}

/** Says something in another conversation. */
export function useForward() {
  const take = useTakeMessage();
  const tried = useRef({ to: "", key: "" });
  const keyFor = (to: string) => {
    if (tried.current.to !== to) tried.current = { to, key: crypto.randomUUID() };
    return tried.current.key;
  };
  return useMutation({
    mutationFn: ({ to, body }: { to: string; body: SendBody }) =>
      api.post<Message>(`/conversations/${to}/messages`, body, { idempotencyKey: keyFor(to) }),
    onSuccess: take,
    // What is sent after a refusal is another message; after a lost answer it is the same one.
    onError: (error) => {
      if (!isPassing(error)) tried.current = { to: "", key: "" };
    },
  });
}
