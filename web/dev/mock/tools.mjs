// What people keep to work faster: views of the inbox. Everybody's have no owner; the others are one's own.

import { page, Refusal } from "./answers.mjs";
import { byId, iso, newId, state, tell } from "./state.mjs";

const SUPERVISORS = ["supervisor", "admin", "owner"];

state.views = [
  view("Nobody's and urgent", { status: "open", assignee: "none", priority: "urgent" }, 0),
  view("Complaints, whatever their status", { tag: "tag_1" }, 1),
];

function view(name, filters, position, owner_id = null) {
  return { id: newId("view"), name, filters, owner_id, position, updated_at: iso() };
}

/** Everybody's and one's own. */
export function visible(list, user) {
  return list.filter((each) => each.owner_id === null || each.owner_id === user.id);
}

export function listViews(query, user) {
  const list = visible(state.views, user).sort(
    (a, b) => a.position - b.position || a.name.localeCompare(b.name),
  );
  return page(list, query);
}

/** Takes what was written into a list: a new entry, or another state of `known`. */
export function keep(list, { shared, ...body }, user, make, known) {
  const owner_id = shared ? null : user.id;
  if ((shared || known?.owner_id === null) && !SUPERVISORS.includes(user.role))
    throw new Refusal(403, "forbidden", "You may not do this");
  const rival = list.find((each) => each.owner_id === owner_id && each.name === body.name);
  if (rival && rival !== known) throw new Refusal(409, "name_taken", "This name is taken already");
  if (known) return Object.assign(known, body, { owner_id, updated_at: iso() });
  const entry = { ...make(body), owner_id, updated_at: iso() };
  list.push(entry);
  return entry;
}

export function saveView(body, user, id) {
  const known = id && byId(state.views, id);
  const made = keep(
    state.views,
    body,
    user,
    ({ name, filters }) => view(name, filters, state.views.length),
    known,
  );
  tell("directory.updated", { noun: "views" });
  return made;
}

export function deleteView(id) {
  state.views = state.views.filter((each) => each.id !== id);
  tell("directory.updated", { noun: "views" });
}
