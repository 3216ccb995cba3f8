//! The numbered events of an organization: how numbers are taken, how events lie in the database and how
//! they are read back with their bodies as these are now.

use std::collections::HashMap;
use std::sync::Arc;

use actors::event::{Audience, Cursor, Envelope, Event};
use actors::model::contact::Contact;
use actors::model::conversation::Conversation;
use actors::model::ids::{OrganizationId, UserId};
use actors::model::json::Json;
use actors::model::message::Message;
use actors::ports::store::StoreError;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::db::Conn;
use super::kept::kept;
use super::schema::{events, organizations};
use super::{Store, contact_identity, conversation, field, message, unreadable};
use crate::{insert_all, with_conn};

/// An event as it lies in the database.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = events)]
pub(crate) struct EventRow {
    pub organization_id: i64,
    pub seq: i64,
    pub at: NaiveDateTime,
    pub kind: String,
    pub audience: String,
    pub conversation_id: Option<i64>,
    pub message_id: Option<i64>,
    pub subject_id: Option<i64>,
    pub data: Option<String>,
}

impl EventRow {
    /// The row of an envelope; what can be joined on reading is not stored twice.
    pub fn of(envelope: &Envelope) -> Result<Self, StoreError> {
        let (message_id, subject_id, data) = match &envelope.event {
            Event::ConversationCreated(_) | Event::ConversationUpdated(_) => (None, None, None),
            Event::ContactCreated(contact) | Event::ContactUpdated(contact) => {
                (None, Some(contact.id.0), None)
            }
            Event::SessionUpdated(session) => {
                (None, Some(session.id.0), Some(field::write(session)?))
            }
            Event::TemplateUpdated(data)
            | Event::QuarantineAdded(data)
            | Event::DirectoryUpdated(data) => (None, None, Some(data.get().to_owned())),
            Event::AgentUpdated(agent) => {
                (None, Some(agent.id.0), Some(field::write(agent.as_ref())?))
            }
            Event::ScheduledUpdated(news) => (None, None, Some(field::write(news.as_ref())?)),
            event => (event.message().map(|message| message.id.0), None, None),
        };
        Ok(Self {
            organization_id: envelope.organization.0,
            seq: envelope.seq,
            at: envelope.at.naive(),
            kind: envelope.event.name().to_owned(),
            audience: audience_name(envelope.audience),
            conversation_id: envelope.event.conversation().map(|id| id.0),
            message_id,
            subject_id,
            data,
        })
    }
}

impl EventRow {
    fn with(
        self,
        event: Event,
        row: Option<Arc<Conversation>>,
    ) -> Result<Arc<Envelope>, StoreError> {
        Ok(Arc::new(Envelope {
            organization: OrganizationId(self.organization_id),
            seq: self.seq,
            at: field::instant(self.at),
            audience: audience(&self.audience)?,
            event,
            row,
        }))
    }
}

/// Takes `count` numbers of the organization; gives the first. The organization's row stays locked until the
/// transaction ends, so that commit order is number order: take them as late as possible.
pub(crate) async fn take_seqs(
    conn: &mut Conn,
    organization: i64,
    count: i64,
) -> Result<i64, StoreError> {
    let taken = kept(
        diesel::update(organizations::table.find(organization))
            .set(organizations::last_seq.eq(organizations::last_seq + count))
            .returning(organizations::last_seq),
    );
    let last: i64 = with_conn!(conn, |c| taken.get_result(c).await)?;
    Ok(last - count + 1)
}

/// Stores events whose numbers were taken in the same transaction.
pub(crate) async fn store(conn: &mut Conn, envelopes: &[Arc<Envelope>]) -> Result<(), StoreError> {
    insert_all!(conn, events::table, rows(envelopes)?)
}

/// The rows of events.
pub(crate) fn rows(envelopes: &[Arc<Envelope>]) -> Result<Vec<EventRow>, StoreError> {
    envelopes
        .iter()
        .map(|envelope| EventRow::of(envelope))
        .collect()
}

/// Takes one number and stores one event that carries no number inside (contacts, numbers, templates …).
pub(crate) async fn append(
    conn: &mut Conn,
    organization: OrganizationId,
    audience: Audience,
    event: Event,
) -> Result<Arc<Envelope>, StoreError> {
    let seq = take_seqs(conn, organization.0, 1).await?;
    let envelope = Arc::new(Envelope {
        organization,
        seq,
        at: actors::time::Timestamp::now(),
        audience,
        event,
        row: None,
    });
    store(conn, std::slice::from_ref(&envelope)).await?;
    Ok(envelope)
}

impl Store {
    /// Sockets are told by it, so what it knows lasts.
    pub(super) async fn read_head(
        &self,
        organization: OrganizationId,
    ) -> Result<Cursor, StoreError> {
        let mut conn = self.db().read().await?;
        let seq = with_conn!(&mut conn, |c| organizations::table
            .find(organization.0)
            .select(organizations::last_seq)
            .first(c)
            .await)?;
        self.db().lasts().await?;
        Ok(Cursor {
            epoch: self.epoch(),
            seq,
        })
    }

    /// As lasting as [`Store::read_head`].
    pub(super) async fn read_events(
        &self,
        organization: OrganizationId,
        after: i64,
        limit: u32,
    ) -> Result<Option<Vec<Arc<Envelope>>>, StoreError> {
        let mut conn = self.db().read().await?;
        // First: what is stored between the two looks is no hole.
        let head: i64 = with_conn!(&mut conn, |c| organizations::table
            .find(organization.0)
            .select(organizations::last_seq)
            .first(c)
            .await)?;
        let rows: Vec<EventRow> = with_conn!(&mut conn, |c| events::table
            .filter(events::organization_id.eq(organization.0))
            .filter(events::seq.gt(after))
            .order(events::seq)
            .limit(i64::from(limit))
            .select(EventRow::as_select())
            .load(c)
            .await)?;
        self.db().lasts().await?;
        // Days are dropped by the events' times, which at midnight do not rise with the numbers: a hole is a tail that
        // is not kept.
        let tail_is_kept = match (rows.as_slice().first(), rows.as_slice().last()) {
            (Some(first), Some(last)) => {
                let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
                first.seq == after + 1 && last.seq == after + count
            }
            _ => after >= head,
        };
        if !tail_is_kept {
            return Ok(None);
        }
        let bodies = Bodies::load(&mut conn, organization.0, &rows).await?;
        rows.into_iter()
            .map(|row| bodies.envelope(row))
            .collect::<Result<Vec<_>, _>>()
            .map(Some)
    }
}

/// What the events of a page are about, as it is now.
struct Bodies {
    contacts: HashMap<i64, Arc<Contact>>,
    messages: HashMap<i64, Arc<Message>>,
    conversations: HashMap<i64, Arc<Conversation>>,
}

impl Bodies {
    async fn load(
        conn: &mut Conn,
        organization: i64,
        rows: &[EventRow],
    ) -> Result<Self, StoreError> {
        let distinct = |ids: &mut Vec<i64>| {
            ids.sort_unstable();
            ids.dedup();
        };
        let mut message_ids: Vec<i64> = rows.iter().filter_map(|row| row.message_id).collect();
        distinct(&mut message_ids);
        let mut conversation_ids: Vec<i64> =
            rows.iter().filter_map(|row| row.conversation_id).collect();
        distinct(&mut conversation_ids);
        let mut contact_ids: Vec<i64> = rows
            .iter()
            .filter(|row| row.kind.starts_with("contact."))
            .filter_map(|row| row.subject_id)
            .collect();
        distinct(&mut contact_ids);
        let contacts = contact_identity::load(conn, organization, &contact_ids).await?;
        let messages = message::load(conn, organization, &message_ids).await?;
        let conversations = conversation::load(conn, organization, &conversation_ids).await?;
        Ok(Self {
            contacts: contacts
                .into_iter()
                .map(|contact| (contact.id.0, Arc::new(contact)))
                .collect(),
            messages: messages
                .into_iter()
                .map(|message| (message.id.0, Arc::new(message)))
                .collect(),
            conversations: conversations
                .into_iter()
                .map(|conversation| (conversation.id.0, Arc::new(conversation)))
                .collect(),
        })
    }

    /// The row with its body as it is now.
    fn envelope(&self, row: EventRow) -> Result<Arc<Envelope>, StoreError> {
        let conversation = row
            .conversation_id
            .and_then(|id| self.conversations.get(&id))
            .cloned();
        let message = row
            .message_id
            .and_then(|id| self.messages.get(&id))
            .cloned();
        let data = || row.data.as_deref().unwrap_or("null");
        let contact = row
            .subject_id
            .and_then(|id| self.contacts.get(&id))
            .cloned();
        if let Some(contact) = contact {
            let event = match row.kind.as_str() {
                "contact.created" => Event::ContactCreated(contact),
                _ => Event::ContactUpdated(contact),
            };
            return row.with(event, None);
        }
        let event = match (row.kind.as_str(), message, &conversation) {
            ("message.received", Some(message), _) => Event::MessageReceived(message),
            ("message.queued", Some(message), _) => Event::MessageQueued(message),
            ("message.sent", Some(message), _) => Event::MessageSent(message),
            ("message.status_changed", Some(message), _) => Event::MessageStatusChanged(message),
            ("message.updated", Some(message), _) => Event::MessageUpdated(message),
            ("note.created", Some(message), _) => Event::NoteCreated(message),
            ("user.mentioned", Some(message), _) => Event::UserMentioned(message),
            ("conversation.created", _, Some(conversation)) => {
                Event::ConversationCreated(Arc::clone(conversation))
            }
            ("conversation.updated", _, Some(conversation)) => {
                Event::ConversationUpdated(Arc::clone(conversation))
            }
            ("scheduled_message.updated", ..) => {
                Event::ScheduledUpdated(Arc::new(field::read(data())?))
            }
            ("conversation.sla_warning", _, Some(conversation)) => {
                Event::SlaWarned(Arc::clone(conversation))
            }
            ("conversation.sla_breached", _, Some(conversation)) => {
                Event::SlaBreached(Arc::clone(conversation))
            }
            ("session.updated", ..) => Event::SessionUpdated(Arc::new(field::read(data())?)),
            ("template.updated", ..) => Event::TemplateUpdated(field::json(data().to_owned())?),
            ("directory.updated", ..) => Event::DirectoryUpdated(field::json(data().to_owned())?),
            ("agent.updated", ..) => Event::AgentUpdated(Arc::new(field::read(data())?)),
            ("quarantine.added", ..) => Event::QuarantineAdded(field::json(data().to_owned())?),
            // What it was about is gone: the number stays, so that readers see no hole.
            _ => Event::TemplateUpdated(Json::null()),
        };
        row.with(event, conversation)
    }
}

fn audience_name(audience: Audience) -> String {
    match audience {
        Audience::Everyone => "everyone".to_owned(),
        Audience::Admins => "admins".to_owned(),
        Audience::User(user) => user.to_string(),
    }
}

fn audience(name: &str) -> Result<Audience, StoreError> {
    match name {
        "everyone" => Ok(Audience::Everyone),
        "admins" => Ok(Audience::Admins),
        user => user
            .parse::<UserId>()
            .map(Audience::User)
            .map_err(|_| unreadable("audience", user)),
    }
}
