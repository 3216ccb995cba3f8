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

state.macros = [
  macro("Thank, tag and close", [
    { do: "send_text", text: "Thank you, {{contact.first_name}}! We are glad to have helped." },
    { do: "add_tags", tags: ["tag_2"] },
    { do: "set_status", status: "closed" },
  ]),
  macro("Escalate a complaint", [
    { do: "write_note", text: "Escalated: please call {{contact.name}} back today." },
    { do: "assign", assignee: null },
    { do: "set_team", team: null },
    { do: "add_tags", tags: ["tag_1"] },
    { do: "set_priority", priority: "urgent" },
  ]),
];

function macro(name, actions, owner_id = null) {
  return { id: newId("mac"), name, actions, owner_id, updated_at: iso() };
}

export function listMacros(query, user) {
  const list = visible(state.macros, user).sort((a, b) => a.name.localeCompare(b.name));
  return page(list, query);
}

export function saveMacro(body, user, id) {
  const known = id && byId(state.macros, id);
  const made = keep(state.macros, body, user, ({ name, actions }) => macro(name, actions), known);
  tell("directory.updated", { noun: "macros" });
  return made;
}

export function deleteMacro(id) {
  state.macros = state.macros.filter((each) => each.id !== id);
  tell("directory.updated", { noun: "macros" });
}

/** The steps of a macro: what it says, as `post` takes it, and what it changes, as the route of changes takes it. */
export function stepsOf({ actions }, row, user) {
  const of = (kind) => actions.find((each) => each.do === kind);
  const filled = (text) =>
    text
      .replaceAll("{{contact.name}}", row.contact.name ?? "")
      .replaceAll("{{contact.first_name}}", row.contact.name?.split(" ")[0] ?? "")
      .replaceAll("{{agent.name}}", user.name)
      .replaceAll("{{agent.first_name}}", user.name.split(" ")[0]);
  const [text, note, assign, team, snooze] = [
    of("send_text"),
    of("write_note"),
    of("assign"),
    of("set_team"),
    of("snooze"),
  ];
  const bodies = [
    ...(text ? [{ type: "text", text: { body: filled(text.text) } }] : []),
    ...(note ? [{ type: "note", text: { body: filled(note.text) } }] : []),
  ];
  const change = {
    ...(assign && { assignee_id: assign.assignee === "me" ? user.id : assign.assignee }),
    ...(team && { team_id: team.team }),
    ...(of("set_status") && { status: of("set_status").status }),
    ...(snooze && {
      status: "snoozed",
      snoozed_until: iso(Date.now() + snooze.minutes * 60_000),
    }),
    ...(of("set_priority") && { priority: of("set_priority").priority }),
    ...(of("add_tags") && { add_tags: of("add_tags").tags }),
    ...(of("remove_tags") && { remove_tags: of("remove_tags").tags }),
  };
  return { bodies, change };
}
