//! Many plain messages of known conversations in one transaction: what is decided about them, for both
//! databases.

pub(super) mod postgres;
mod sqlite;

use std::sync::Arc;

use actors::event::{Audience, Envelope, Event};
use actors::model::conversation::{Conversation, ConversationState};
use actors::model::ids::{MediaId, MessageId};
use actors::model::inbound::InboundMedia;
use actors::model::job::Task;
use actors::model::message::{Author, AuthorKind, Direction, Failure, Media, MediaState, Message};
use actors::model::status::{MessageStatus, ProviderFault};
use actors::policy;
use actors::ports::store::{Appended, InboundAppend, Receipt, StoreError};

use super::super::db::{Conn, refused};
use super::super::event::EventRow;
use super::super::job::JobRow;
use super::super::message::{self, MediaRow, MessageRow, Quotes};
use super::super::queue::MoveRow;
use super::super::{Store, queue};
use super::kind::Kind;
use super::postgres::{Entries, Outcomes};
use super::sieve::Results;
use super::single;
use crate::in_tx;

/// Messages of known conversations.
pub(super) struct Known;

impl Kind for Known {
    type Entry = Arc<InboundAppend>;
    type Done = Appended;

    async fn on_sqlite(
        conn: &mut Conn,
        store: &Store,
        entries: &[Arc<InboundAppend>],
    ) -> Result<Results, StoreError> {
        let (store, appends) = (store.clone(), entries.to_vec());
        conn.sqlite()?
            .spawn_blocking(move |c| sqlite::append(c, &store, &appends))
            .await
            .map_err(refused)
    }

    fn among<'e, 'a>(entries: &'e mut Entries<'a>) -> &'e mut &'a [Arc<InboundAppend>] {
        &mut entries.known
    }

    fn of(outcomes: &mut Outcomes) -> &mut Results {
        &mut outcomes.known
    }

    async fn alone(store: Store, append: Arc<InboundAppend>) -> Result<Appended, StoreError> {
        in_tx!(store.db(), |conn| {
            single::append(conn, &store, &append).await
        })
    }
}

/// The ids of all conversations of a batch in ascending order, so that two nodes never wait for each other.
fn conversation_ids(appends: &[Arc<InboundAppend>]) -> Vec<i64> {
    let mut ids: Vec<i64> = appends
        .iter()
        .filter_map(|append| append.state.as_ref())
        .map(|state| state.conversation.id.0)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// What a batch writes.
#[derive(Default)]
struct Rows {
    messages: Vec<MessageRow>,
    events: Vec<EventRow>,
    media: Vec<MediaRow>,
    jobs: Vec<JobRow>,
    states: Vec<Arc<ConversationState>>,
    moves: Vec<MoveRow>,
    /// The lines that the messages answer.
    quotes: Quotes,
}

impl Rows {
    fn add(
        &mut self,
        store: &Store,
        append: &InboundAppend,
        seq: i64,
    ) -> Result<Appended, StoreError> {
        let Some(state) = &append.state else {
            return Err(StoreError::Conflict);
        };
        let made = make(store, append, state, seq, &self.quotes)?;
        self.messages.push(made.row);
        self.media.extend(made.media);
        let has_jobs = !made.jobs.is_empty();
        self.jobs.extend(made.jobs);
        let next = Arc::new(next_state(append, state, &made.message));
        self.states.push(Arc::clone(&next));
        let moves = queue::rows_of(store, state, &next, append.received_at);
        self.moves.extend(moves);
        let envelope = Arc::new(Envelope {
            organization: append.key.organization,
            seq,
            at: append.received_at,
            audience: Audience::Everyone,
            event: Event::MessageReceived(made.message),
            row: Some(Arc::new(next.conversation.clone())),
        });
        self.events.push(EventRow::of(&envelope)?);
        Ok(Appended::Stored {
            state: next,
            receipt: Receipt {
                envelopes: vec![envelope],
                jobs: has_jobs,
            },
        })
    }
}

/// A message with all that is stored for it.
pub(super) struct Made {
    pub message: Arc<Message>,
    pub row: MessageRow,
    pub media: Vec<MediaRow>,
    pub jobs: Vec<JobRow>,
}

/// Makes the message of an append in the conversation `state`.
pub(super) fn make(
    store: &Store,
    append: &InboundAppend,
    state: &ConversationState,
    seq: i64,
    quotes: &Quotes,
) -> Result<Made, StoreError> {
    let (thread, news) = (&state.conversation, &append.message);
    let id = MessageId(store.next_id());
    let (mut files, mut media_rows, mut job_rows) = (Vec::new(), Vec::new(), Vec::new());
    for file in &news.media {
        let media_id = MediaId(store.next_id());
        files.push(file_view(media_id, file, news.error.as_ref()));
        media_rows.push(file_row(append, id, media_id, file));
        if news.error.is_none() {
            let task = Task::FetchMedia {
                session: append.key.session,
                message: id,
                media: media_id,
            };
            let organization = append.key.organization;
            job_rows.push(JobRow::of(store, organization, &task, append.received_at)?);
        }
    }
    let author = match news.effect {
        actors::model::inbound::Effect::Echo => Author {
            kind: AuthorKind::App,
            id: None,
            name: None,
        },
        actors::model::inbound::Effect::System
        | actors::model::inbound::Effect::Renumber { .. } => Author {
            kind: AuthorKind::System,
            id: None,
            name: None,
        },
        _ => Author {
            kind: AuthorKind::Contact,
            id: Some(thread.contact.id.to_string()),
            name: thread.contact.name.clone(),
        },
    };
    let is_echo = author.kind == AuthorKind::App;
    let reply_to = news.reply_to.clone().map(|provider_id| {
        let place = (append.key.session.0, thread.id.0);
        message::reply_to(provider_id, place, quotes)
    });
    let message = Message {
        id,
        seq,
        conversation_id: thread.id,
        contact_id: thread.contact.id,
        session_id: append.key.session,
        direction: if is_echo {
            Direction::Outbound
        } else {
            Direction::Inbound
        },
        kind: news.kind.clone(),
        text: news.text.clone(),
        content: news.content.clone(),
        media: files,
        reply_to,
        context: news.context.clone(),
        provider_id: Some(news.provider_id.clone()),
        status: if is_echo {
            MessageStatus::Sent
        } else {
            MessageStatus::Received
        },
        error: news.error.as_ref().map(shown),
        author: Some(author),
        client_key: None,
        reactions: Vec::new(),
        edited_at: None,
        revoked_at: None,
        created_at: append.received_at,
        provider_timestamp: Some(news.sent_at),
    };
    let row = MessageRow::of(&message, append.key.organization.0)?;
    Ok(Made {
        message: Arc::new(message),
        row,
        media: media_rows,
        jobs: job_rows,
    })
}

fn shown(fault: &ProviderFault) -> Failure {
    policy::failure(fault)
}

fn file_view(id: MediaId, file: &InboundMedia, fault: Option<&ProviderFault>) -> Media {
    Media {
        id,
        mime_type: file.mime_type.clone(),
        filename: file.filename.clone(),
        size: None,
        state: match fault {
            Some(_) => MediaState::Failed,
            None => MediaState::Pending,
        },
        url: None,
        voice: file.voice,
        animated: file.animated,
        error: fault.map(|fault| fault.title.clone()),
    }
}

fn file_row(
    append: &InboundAppend,
    message: MessageId,
    id: MediaId,
    file: &InboundMedia,
) -> MediaRow {
    let fault = append.message.error.as_ref();
    let state = match fault {
        Some(_) => MediaState::Failed,
        None => MediaState::Pending,
    };
    MediaRow {
        id: id.0,
        organization_id: append.key.organization.0,
        session_id: append.key.session.0,
        message_id: Some(message.0),
        provider_media_id: Some(file.provider_media_id.clone()),
        provider_uploaded_at: None,
        mime_type: file.mime_type.clone(),
        filename: file.filename.clone(),
        size: None,
        sha256: file.sha256.clone(),
        state: state.as_str().to_owned(),
        voice: file.voice,
        animated: file.animated,
        error: fault.map(|fault| fault.title.clone()),
        object_key: None,
        created_at: append.received_at.naive(),
    }
}

/// The conversation after a message.
pub(super) fn next_state(
    append: &InboundAppend,
    state: &ConversationState,
    message: &Message,
) -> ConversationState {
    let (old, reception) = (&state.conversation, &append.reception);
    let mut conversation = Conversation {
        seq: message.seq,
        unread: old.unread.saturating_add(reception.unread),
        window_expires_at: reception.window_expires_at,
        waiting_since: reception.waiting_since,
        ..old.clone()
    };
    conversation.set_status(reception.status, append.received_at);
    if reception.is_reply {
        let at = Some(append.received_at);
        conversation.first_reply_at = conversation.first_reply_at.or(at);
    }
    if reception.activity {
        conversation.updated_at = append.received_at.max(old.updated_at);
        conversation.last_message = Some(message::last_of(message));
    }
    let is_customer = message.direction == Direction::Inbound && reception.unread > 0;
    ConversationState {
        version: message.seq,
        conversation,
        last_inbound_provider_id: if is_customer {
            message.provider_id.clone()
        } else {
            state.last_inbound_provider_id.clone()
        },
        ..state.clone()
    }
}
