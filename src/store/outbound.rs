//! A message to be sent (or a note): stored as `queued` with its job, once per idempotency key.

use std::sync::Arc;
use std::time::Duration;

use actors::event::{Audience, Envelope, Event};
use actors::model::conversation::{Conversation, ConversationState};
use actors::model::ids::MessageId;
use actors::model::job::Task;
use actors::model::json::Json;
use actors::model::message::{Direction, Media, Message, ReactionBy, ReplyTo};
use actors::model::outbound::Draft;
use actors::model::status::MessageStatus;
use actors::ports::store::{OutboundAppend, Queued, Receipt, StoreError};
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::contact_identity::lock_conversation;
use super::conversation::CareRow;
use super::db::Conn;
use super::kept::kept;
use super::message::{MediaRow, MessageRow, last_of};
use super::schema::{conversations, idempotency_keys, media, messages};
use super::{Store, attempt, event, field, job, mention, message, participant};
use crate::{in_tx, insert_all, with_conn};

/// How long a client's idempotency key is honoured.
const KEY_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

impl Store {
    pub(super) async fn queue(&self, append: &OutboundAppend) -> Result<Queued, StoreError> {
        let OutboundAppend {
            state,
            draft,
            status,
            now,
        } = append;
        let (status, now) = (*status, *now);
        in_tx!(self.db(), |conn| {
            let thread = &state.conversation;
            let locked = lock_conversation(conn, thread.session_id.0, thread.contact.id.0).await?;
            if let Some(known) = known_key(conn, state, draft, now).await? {
                return Ok(known);
            }
            if locked != Some((thread.id.0, state.version)) {
                return Err(StoreError::Conflict);
            }
            let id = MessageId(self.next_id());
            if !remember_key(conn, state, draft, id, now).await? {
                // Somebody else used the key since it was looked up, and waited for was that one's end.
                let known = known_key(conn, state, draft, now).await?;
                return known.ok_or(StoreError::Conflict);
            }
            let (content, media) = self.attach(conn, state, draft, id).await?;
            let quoted = quote(conn, state, draft).await?;
            if draft.kind == "reaction" {
                return self.react(conn, state, draft, id, now).await;
            }
            let seq = event::take_seqs(conn, state.organization.0, 1).await?;
            let message = Arc::new(Message {
                content,
                media,
                reply_to: quoted,
                ..queued_message(state, draft, id, seq, now)
            });
            let row = MessageRow::of(&message, state.organization.0)?;
            insert_all!(conn, messages::table, vec![row])?;
            if !draft.note {
                self.leave_job(conn, state, draft, id, now).await?;
            }
            let mut next = after(state, &message, status);
            next.conversation.join_called(&draft.mentions);
            let next = Arc::new(next);
            save(conn, &next).await?;
            if next.conversation.participants != thread.participants {
                CareRow::of(&next)?.save(conn).await?;
                participant::seat(conn, &next).await?;
            }
            let mut envelopes = vec![told(&next, &message, draft.note, now)];
            let called = mention::call(conn, &next, &message, &draft.mentions);
            envelopes.extend(called.await?);
            event::store(conn, &envelopes).await?;
            Ok(Queued::Stored {
                message,
                state: next,
                receipt: Receipt {
                    envelopes,
                    jobs: !draft.note,
                },
            })
        })
    }

    /// A reaction of ours shows on its target at once; its own row only carries it out.
    async fn react(
        &self,
        conn: &mut Conn,
        state: &Arc<ConversationState>,
        draft: &Draft,
        id: MessageId,
        now: Timestamp,
    ) -> Result<Queued, StoreError> {
        let thread = &state.conversation;
        let message = Arc::new(Message {
            reply_to: draft.reply_to.clone().map(|provider_id| ReplyTo {
                id: None,
                provider_id,
                text: None,
                direction: None,
            }),
            ..queued_message(state, draft, id, thread.seq, now)
        });
        let row = MessageRow {
            hidden: true,
            ..MessageRow::of(&message, state.organization.0)?
        };
        insert_all!(conn, messages::table, vec![row])?;
        self.leave_job(conn, state, draft, id, now).await?;
        let target = draft.reply_to.as_deref().unwrap_or_default();
        let target = attempt::lock_by_provider_id(conn, thread.session_id.0, target).await?;
        let mut envelopes = Vec::new();
        if let Some(target) = target.filter(|target| target.conversation_id == thread.id.0) {
            let emoji = draft.text.as_deref();
            envelopes
                .push(attempt::set_reaction(conn, &target, ReactionBy::Business, emoji).await?);
        }
        Ok(Queued::Stored {
            message,
            state: Arc::clone(state),
            receipt: Receipt {
                envelopes,
                jobs: true,
            },
        })
    }

    async fn leave_job(
        &self,
        conn: &mut Conn,
        state: &ConversationState,
        draft: &Draft,
        message: MessageId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let task = send_task(state, draft, message);
        job::enqueue(conn, self, state.organization, &[task], now).await
    }

    /// Ties uploaded files to the message. A file that belongs to another message already (a repeated send)
    /// gets a second row for the same stored object, and the content names that one.
    async fn attach(
        &self,
        conn: &mut Conn,
        state: &ConversationState,
        draft: &Draft,
        message: MessageId,
    ) -> Result<(Json, Vec<Media>), StoreError> {
        let mut content = draft.content.clone();
        let mut files = Vec::new();
        for id in &draft.media {
            let mut row: MediaRow = with_conn!(conn, |c| media::table
                .filter(media::organization_id.eq(state.organization.0))
                .filter(media::id.eq(id.0))
                .select(MediaRow::as_select())
                .first(c)
                .await)?;
            if row.message_id.is_none() {
                with_conn!(conn, |c| diesel::update(media::table.find(row.id))
                    .set(media::message_id.eq(Some(message.0)))
                    .execute(c)
                    .await)?;
            } else {
                row.id = self.next_id();
                row.message_id = Some(message.0);
                let copy = actors::model::ids::MediaId(row.id).to_string();
                content = field::json(content.get().replace(&id.to_string(), &copy))?;
                insert_all!(conn, media::table, vec![row.clone()])?;
            }
            files.push(row.view()?);
        }
        Ok((content, files))
    }
}

/// What sends the message.
pub(super) fn send_task(state: &ConversationState, draft: &Draft, message: MessageId) -> Task {
    Task::SendMessage {
        session: state.conversation.session_id,
        conversation: state.conversation.id,
        message,
        priority: draft.priority,
    }
}

/// The message of a draft without files and quote.
pub(super) fn queued_message(
    state: &ConversationState,
    draft: &Draft,
    id: MessageId,
    seq: i64,
    now: Timestamp,
) -> Message {
    let thread = &state.conversation;
    Message {
        id,
        seq,
        conversation_id: thread.id,
        contact_id: thread.contact.id,
        session_id: thread.session_id,
        direction: if draft.note {
            Direction::Note
        } else {
            Direction::Outbound
        },
        kind: draft.kind.clone(),
        text: draft.text.clone(),
        content: draft.content.clone(),
        media: Vec::new(),
        reply_to: None,
        context: None,
        provider_id: None,
        status: if draft.note {
            MessageStatus::Received
        } else {
            MessageStatus::Queued
        },
        error: None,
        author: Some(draft.author.clone()),
        client_key: draft.client_key.clone(),
        reactions: Vec::new(),
        edited_at: None,
        revoked_at: None,
        created_at: now,
        provider_timestamp: None,
    }
}

/// What tells of a message of ours.
pub(super) fn told(
    next: &ConversationState,
    message: &Arc<Message>,
    note: bool,
    now: Timestamp,
) -> Arc<Envelope> {
    Arc::new(Envelope {
        organization: next.organization,
        seq: message.seq,
        at: now,
        audience: Audience::Everyone,
        event: if note {
            Event::NoteCreated(Arc::clone(message))
        } else {
            Event::MessageQueued(Arc::clone(message))
        },
        row: Some(Arc::new(next.conversation.clone())),
    })
}

/// The state after a message of ours.
pub(super) fn after(
    state: &ConversationState,
    message: &Message,
    status: actors::model::conversation::ConversationStatus,
) -> ConversationState {
    let mut conversation = Conversation {
        seq: message.seq,
        last_message: Some(last_of(message)),
        updated_at: message.created_at,
        ..state.conversation.clone()
    };
    conversation.set_status(status, message.created_at);
    if let (Direction::Outbound, Some(author)) = (message.direction, &message.author) {
        conversation.answered_by(author, message.created_at);
    }
    ConversationState {
        version: message.seq,
        conversation,
        ..state.clone()
    }
}

/// Writes the columns of a conversation that its actor decides on.
pub(crate) async fn save(conn: &mut Conn, state: &ConversationState) -> Result<(), StoreError> {
    let view = &state.conversation;
    let update = diesel::update(conversations::table.find(view.id.0)).set((
        conversations::seq.eq(state.version),
        conversations::status.eq(view.status.as_str()),
        conversations::assignee_id.eq(view.assignee.as_ref().map(|user| user.id.0)),
        conversations::unread.eq(i64::from(view.unread)),
        conversations::last_message_id.eq(view.last_message.as_ref().map(|last| last.id.0)),
        conversations::last_inbound_provider_id.eq(&state.last_inbound_provider_id),
        conversations::window_expires_at.eq(view.window_expires_at.map(|at| at.naive())),
        conversations::updated_at.eq(view.updated_at.naive()),
        conversations::waiting_since.eq(view.waiting_since.map(|at| at.naive())),
        conversations::reserved_until.eq(view.reserved_until.map(|at| at.naive())),
        conversations::opened_at.eq(Some(view.opened_at.naive())),
        conversations::first_reply_at.eq(view.first_reply_at.map(|at| at.naive())),
    ));
    with_conn!(conn, |c| kept(update).execute(c).await)?;
    Ok(())
}

/// How the idempotency keys of what is done once, whoever asks, begin: none that a client made up does.
pub const SHARED_KEY: &str = "retry:";

async fn known_key(
    conn: &mut Conn,
    state: &ConversationState,
    draft: &Draft,
    now: Timestamp,
) -> Result<Option<Queued>, StoreError> {
    let Some(key) = &draft.client_key else {
        return Ok(None);
    };
    let known: Option<(String, i64)> = with_conn!(conn, |c| idempotency_keys::table
        .filter(idempotency_keys::organization_id.eq(state.organization.0))
        .filter(idempotency_keys::key.eq(key))
        .filter(idempotency_keys::created_at.gt((now - KEY_LIFE).naive()))
        .select((idempotency_keys::fingerprint, idempotency_keys::message_id))
        .first(c)
        .await
        .optional())?;
    let Some((fingerprint, message)) = known else {
        return Ok(None);
    };
    if fingerprint != draft.fingerprint.clone().unwrap_or_default() {
        return Ok(Some(Queued::KeyReused));
    }
    let mut found = message::load(conn, state.organization.0, &[message]).await?;
    let found = found.pop().ok_or(StoreError::NotFound)?;
    let author = found.author.as_ref().and_then(|author| author.id.as_ref());
    // Nobody gets somebody else's message for their own.
    if author != draft.author.id.as_ref() && !key.starts_with(SHARED_KEY) {
        return Ok(Some(Queued::KeyReused));
    }
    Ok(Some(Queued::Repeated(Arc::new(found))))
}

/// An idempotency key as it lies in the database.
#[derive(Insertable)]
#[diesel(table_name = idempotency_keys)]
pub(super) struct IdempotencyRow {
    pub organization_id: i64,
    pub key: String,
    pub fingerprint: String,
    pub message_id: i64,
    pub created_at: NaiveDateTime,
}

impl IdempotencyRow {
    /// The row of a draft, when its client gave a key.
    pub fn of(
        state: &ConversationState,
        draft: &Draft,
        message: MessageId,
        now: Timestamp,
    ) -> Option<Self> {
        Some(Self {
            organization_id: state.organization.0,
            key: draft.client_key.clone()?,
            fingerprint: draft.fingerprint.clone().unwrap_or_default(),
            message_id: message.0,
            created_at: now.naive(),
        })
    }

    /// The row of a change that may be asked for twice.
    pub fn of_change(state: &ConversationState, once: &str, now: Timestamp) -> Self {
        Self {
            organization_id: state.organization.0,
            // No client's key has such a character.
            key: format!("change\u{b7}{once}"),
            fingerprint: String::new(),
            message_id: 0,
            created_at: now.naive(),
        }
    }
}

/// Keeps the key; false when it is in use.
async fn remember_key(
    conn: &mut Conn,
    state: &ConversationState,
    draft: &Draft,
    message: MessageId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Some(row) = IdempotencyRow::of(state, draft, message, now) else {
        return Ok(true);
    };
    // An expired key may be used again.
    let expired = (now - KEY_LIFE).naive();
    let stored = with_conn!(conn, |c| {
        let insert = diesel::insert_into(idempotency_keys::table)
            .values(&row)
            .on_conflict((idempotency_keys::organization_id, idempotency_keys::key))
            .do_update()
            .set((
                idempotency_keys::fingerprint.eq(&row.fingerprint),
                idempotency_keys::message_id.eq(row.message_id),
                idempotency_keys::created_at.eq(row.created_at),
            ));
        diesel::query_dsl::methods::FilterDsl::filter(
            insert,
            idempotency_keys::created_at.le(expired),
        )
        .execute(c)
        .await
    })?;
    Ok(stored > 0)
}

async fn quote(
    conn: &mut Conn,
    state: &ConversationState,
    draft: &Draft,
) -> Result<Option<ReplyTo>, StoreError> {
    let Some(provider_id) = draft.reply_to.clone() else {
        return Ok(None);
    };
    let session = state.conversation.session_id.0;
    let quotes = message::quotes(conn, &[(session, &provider_id)]).await?;
    let thread = (session, state.conversation.id.0);
    Ok(Some(message::reply_to(provider_id, thread, &quotes)))
}
