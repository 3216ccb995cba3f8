// Invitations, and whether the mail server takes them: not to an address with "fail" in it.

import { page, Refusal } from "./answers.mjs";
import { iso, newId, state } from "./state.mjs";

function invite({ send_mail = false, ...body }, user) {
  if (send_mail && !state.mail)
    throw new Refusal(422, "validation_failed", "send_mail: this hub sends no mail");
  const mail = body.email.includes("fail") ? "failed" : "sent";
  const invitation = {
    id: newId("inv"),
    ...body,
    mail: send_mail ? mail : null,
    invited_by: { id: user.id, name: user.name },
    created_at: iso(),
    expires_at: iso(Date.now() + 7 * 86_400_000),
  };
  state.invitations.push(invitation);
  return [201, { invitation, url: `http://localhost:3000/invitation/${newId("tok")}` }];
}

function withdraw(id) {
  state.invitations = state.invitations.filter((each) => each.id !== id);
  return [204];
}

/** Somebody is locked out, and what they handed out ends. */
export function endHandedOut(user, keepsKeys) {
  state.invitations = state.invitations.filter(({ invited_by: by }) => by.id !== user.id);
  if (!keepsKeys) state.apiKeys = state.apiKeys.filter((key) => key.made_by !== user.name);
}

/** While developing and taking pictures: whether this hub sends mail. */
function setMail(mail) {
  state.mail = mail;
  return [204];
}

export const INVITATION_ROUTES = [
  ["GET", "/invitations", ({ query }) => page(state.invitations, query)],
  ["POST", "/invitations", ({ body, user }) => invite(body, user)],
  ["DELETE", "/invitations/:id", ({ id }) => withdraw(id)],
  ["POST", "/mock/mail", ({ body }) => setMail(body.mail), true],
];
