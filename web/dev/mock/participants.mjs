// Colleagues who take part in a conversation beside its assignee.

import { Refusal } from "./answers.mjs";
import { byId, state } from "./state.mjs";

const MOST = 20;

export function changeParticipants(row, body) {
  const { add_participants: added = [], remove_participants: removed = [] } = body;
  if (added.some((id) => !byId(state.users, id)))
    throw new Refusal(422, "validation_failed", "add_participants: there is no such user");
  const next = new Set([...row.participants, ...added]);
  for (const id of removed) next.delete(id);
  if (next.size > MOST)
    throw new Refusal(422, "validation_failed", `add_participants: ${MOST} at most`);
  row.participants = [...next].sort();
}
