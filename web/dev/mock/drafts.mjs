// What people began to write: theirs alone, told to their other devices and stored nowhere on that way.

import { page } from "./answers.mjs";
import { iso, state } from "./state.mjs";

/** By user and conversation. */
const drafts = new Map();
const MOST = 200;

const isEmpty = (draft) =>
  !draft.text && !draft.note_text && !draft.is_note && draft.reply_to === null;

export function listDrafts(query, user) {
  const mine = [...drafts.values()].filter((each) => each.user === user.id);
  const list = mine
    .map(({ draft }) => ({ ...draft, id: draft.conversation_id }))
    .filter((draft) => !isEmpty(draft))
    .sort((a, b) => (a.updated_at < b.updated_at ? 1 : -1));
  return page(list.slice(0, MOST), query);
}

export function keepDraft(conversation_id, { device = null, base, ...body }, user) {
  const key = `${user.id} ${conversation_id}`;
  const revision = Math.max(drafts.get(key)?.draft.revision ?? 0, base ?? 0) + 1;
  const empty = { text: "", note_text: "", mentions: [], is_note: false, reply_to: null };
  const draft = { ...empty, ...body, conversation_id, revision, updated_at: iso() };
  drafts.set(key, { user: user.id, draft });
  for (const peer of state.peers) {
    if (peer.user?.id === user.id) peer.send({ type: "draft", draft, device });
  }
  return draft;
}
