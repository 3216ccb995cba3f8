//! What the conversation's actor asks of its row besides messages: load, locate and open it; and what a change leaves in
//! its row and in the audit log.

use std::sync::Arc;

use actors::event::{Audience, Envelope, Event};
use actors::model::contact::Identity;
use actors::model::conversation::{
    ConversationChange, ConversationKey, ConversationState, ConversationStatus, Priority,
};
use actors::model::ids::{ConversationId, OrganizationId, SessionId};
use actors::model::user::{Actor, Who};
use actors::ports::store::{Receipt, StoreError};
use actors::time::Timestamp;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};

use super::audit::AuditRow;
use super::contact_identity::{
    ContactRow, add_identities, create_contact, find_contact, identities_of, lock_conversation,
    search_keys, state_of,
};
use super::conversation::ConversationRow;
use super::db::{Conn, at_once};
use super::schema::conversations;
use super::{Store, event, field};
use crate::{in_tx, insert_all, with_conn};

/// A conversation that was just made, and what is to be told of it; its event's number is taken by the caller.
pub(crate) struct Opened {
    pub contact: ContactRow,
    pub identities: Vec<Identity>,
    /// The contact is new as well.
    pub met: bool,
}

/// Finds or makes the contact behind these names.
pub(crate) async fn meet(
    conn: &mut Conn,
    store: &Store,
    key: &ConversationKey,
    identities: &[Identity],
    names: (Option<&str>, Option<&str>),
    now: Timestamp,
) -> Result<Opened, StoreError> {
    let organization = key.organization.0;
    let found = find_contact(conn, organization, &search_keys(key, identities)).await?;
    let Some(contact) = found else {
        let contact =
            create_contact(conn, store, organization, identities, names.0, names.1, now).await?;
        return Ok(Opened {
            contact,
            identities: identities.to_vec(),
            met: true,
        });
    };
    let mut known = identities_of(conn, contact.id).await?;
    let keys: Vec<String> = known.iter().map(Identity::lookup_key).collect();
    let mut fresh = Vec::new();
    for identity in identities {
        let lookup = identity.lookup_key();
        if keys.contains(&lookup) {
            continue;
        }
        // A name that belongs to somebody else stays there: nobody is merged by accident.
        if find_contact(conn, organization, &[lookup]).await?.is_none() {
            fresh.push(identity.clone());
        }
    }
    if !fresh.is_empty() {
        add_identities(conn, organization, contact.id, &fresh).await?;
        known.extend(fresh);
        known.sort();
    }
    Ok(Opened {
        contact,
        identities: known,
        met: false,
    })
}

/// The row of a new conversation.
pub(crate) fn fresh_row(
    store: &Store,
    key: &ConversationKey,
    contact: i64,
    seq: i64,
    now: Timestamp,
) -> ConversationRow {
    ConversationRow {
        id: store.next_id(),
        organization_id: key.organization.0,
        seq,
        session_id: key.session.0,
        contact_id: contact,
        contact_key: key.contact.clone(),
        status: ConversationStatus::Open.as_str().to_owned(),
        assignee_id: None,
        unread: 0,
        last_message_id: None,
        last_inbound_provider_id: None,
        window_expires_at: None,
        created_at: now.naive(),
        updated_at: now.naive(),
        team_id: None,
        tags: None,
        priority: Priority::default().rank(),
        snoozed_until: None,
        waiting_since: None,
        reserved_until: None,
        opened_at: Some(now.naive()),
        first_reply_at: None,
        sla: None,
        participants: None,
    }
}

async fn look_up(
    conn: &mut Conn,
    key: &ConversationKey,
    identities: &[Identity],
) -> Result<Option<ConversationState>, StoreError> {
    let organization = key.organization.0;
    let keys = search_keys(key, identities);
    let Some(contact) = find_contact(conn, organization, &keys).await? else {
        return Ok(None);
    };
    let id: Option<i64> = with_conn!(conn, |c| conversations::table
        .filter(conversations::session_id.eq(key.session.0))
        .filter(conversations::contact_id.eq(contact.id))
        .select(conversations::id)
        .first(c)
        .await
        .optional())?;
    match id {
        Some(id) => state_of(conn, organization, id).await.map(Some),
        None => Ok(None),
    }
}

impl Store {
    pub(super) async fn load_state(
        &self,
        key: &ConversationKey,
        identities: &[Identity],
    ) -> Result<Option<ConversationState>, StoreError> {
        let mut conn = self.db().glance().await?;
        at_once(look_up(&mut conn, key, identities)).await
    }

    pub(super) async fn locate(
        &self,
        organization: OrganizationId,
        id: ConversationId,
    ) -> Result<Option<ConversationKey>, StoreError> {
        let mut conn = self.db().glance().await?;
        let found: Option<(i64, String)> = at_once(async {
            with_conn!(&mut conn, |c| conversations::table
                .filter(conversations::organization_id.eq(organization.0))
                .filter(conversations::id.eq(id.0))
                .select((conversations::session_id, conversations::contact_key))
                .first(c)
                .await
                .optional())
        })
        .await?;
        Ok(found.map(|(session, contact)| ConversationKey {
            organization,
            session: SessionId(session),
            contact,
        }))
    }

    pub(super) async fn open_thread(
        &self,
        key: &ConversationKey,
        identities: &[Identity],
    ) -> Result<(ConversationState, Receipt), StoreError> {
        let organization = key.organization.0;
        let now = Timestamp::now();
        in_tx!(self.db(), |conn| {
            let opened = meet(conn, self, key, identities, (None, None), now).await?;
            let found = lock_conversation(conn, key.session.0, opened.contact.id).await?;
            if let Some((id, _)) = found {
                let state = state_of(conn, organization, id).await?;
                return Ok((state, Receipt::default()));
            }
            let news = 1 + i64::from(opened.met);
            let last = event::take_seqs(conn, organization, news).await? + news - 1;
            let row = fresh_row(self, key, opened.contact.id, last, now);
            let id = row.id;
            insert_all!(conn, conversations::table, vec![row])?;
            let state = state_of(conn, organization, id).await?;
            let row = Arc::new(state.conversation.clone());
            let tell = |seq, event, row| {
                Arc::new(Envelope {
                    organization: key.organization,
                    seq,
                    at: now,
                    audience: Audience::Everyone,
                    event,
                    row,
                })
            };
            let mut envelopes = Vec::new();
            if opened.met {
                let contact = Arc::new(opened.contact.view(opened.identities));
                envelopes.push(tell(last - 1, Event::ContactCreated(contact), None));
            }
            let created = Event::ConversationCreated(Arc::clone(&row));
            envelopes.push(tell(last, created, Some(row)));
            event::store(conn, &envelopes).await?;
            let receipt = Receipt {
                envelopes,
                jobs: false,
            };
            Ok((state, receipt))
        })
    }
}

/// Tags, or people, as they lie in a conversation's row; None: none.
pub(super) fn written<T: Copy + Into<i64>>(ids: &[T]) -> Result<Option<String>, StoreError> {
    let numbers: Vec<i64> = ids.iter().map(|id| (*id).into()).collect();
    match numbers.is_empty() {
        true => Ok(None),
        false => field::write(&numbers).map(Some),
    }
}

/// What the audit log says of a change. Looking at a conversation is none that somebody has to answer for; everything else is.
pub(super) fn lines_of(
    store: &Store,
    id: ConversationId,
    change: &ConversationChange,
    by: &Actor,
) -> Vec<AuditRow> {
    let subject = id.to_string();
    let mut lines = Vec::new();
    let mut line =
        |action, details: Value| lines.push(AuditRow::of(store, by, action, &subject, &details));
    if let Some(status) = change.status {
        let action = match status {
            ConversationStatus::Open => "conversation.opened",
            ConversationStatus::Pending => "conversation.set_pending",
            ConversationStatus::Snoozed => "conversation.snoozed",
            ConversationStatus::Closed => "conversation.closed",
        };
        let details = match change.snoozed_until {
            Some(until) => json!({"until": until}),
            None => json!({}),
        };
        line(action, details);
    }
    if change.wake.is_some() {
        line("conversation.woken", json!({}));
    }
    if let Some(assignee) = &change.assignee {
        let assignee = assignee.as_ref().map(|user| user.id);
        line("conversation.assigned", json!({"assignee": assignee}));
    }
    if let Some(team) = &change.team {
        let team = team.as_ref().map(|team| team.id);
        line("conversation.moved", json!({"team": team}));
    }
    // What the hub gives out by itself is kept as a move of the line.
    if change.route.is_some() && by.who != Who::System {
        line("conversation.taken", json!({}));
    }
    if change.accept.is_some() {
        line("conversation.accepted", json!({}));
    }
    if let Some(priority) = change.priority {
        line("conversation.prioritized", json!({"priority": priority}));
    }
    if !(change.add_tags.is_empty() && change.remove_tags.is_empty()) {
        let details = json!({"added": change.add_tags, "removed": change.remove_tags});
        line("conversation.tagged", details);
    }
    if !(change.add_participants.is_empty() && change.remove_participants.is_empty()) {
        let details =
            json!({"added": change.add_participants, "removed": change.remove_participants});
        line("conversation.participants_changed", details);
    }
    lines
}
