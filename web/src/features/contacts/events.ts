// What events do to cached contacts. Pure.

import type { Contact, Conversation } from "@/lib/api/types";

/** Takes the latest state of a contact. */
export function applyContact(known: Contact, next: Contact): Contact {
  return known.id === next.id && next.updated_at >= known.updated_at ? next : known;
}

/** A list row carries the contact's names: they change here too. */
export function applyRowToContact(known: Contact, row: Conversation): Contact {
  const { id, name, phone, user_id, username } = row.contact;
  if (id !== known.id) return known;
  const same =
    name === known.name &&
    phone === known.phone &&
    user_id === known.user_id &&
    username === known.username;
  return same ? known : { ...known, name, phone, user_id, username };
}
