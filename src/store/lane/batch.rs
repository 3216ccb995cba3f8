//! Many plain messages of known conversations in one transaction.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use actors::event::{Audience, Envelope, Event};
use actors::model::conversation::{Conversation, ConversationState, LastMessage};
use actors::model::ids::{MediaId, MessageId};
use actors::model::inbound::InboundMedia;
use actors::model::job::Task;
use actors::model::message::{Author, AuthorKind, Direction, Failure, Media, MediaState, Message};
use actors::model::status::{MessageStatus, ProviderFault};
use actors::policy;
use actors::ports::store::{Appended, InboundAppend, Receipt, StoreError};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamp as SqlTimestamp};
use diesel_async::RunQueryDsl;

use super::super::Store;
use super::super::db::{Conn, refused};
use super::super::event::{self, EventRow};
use super::super::job::JobRow;
use super::super::message::{self, MediaRow, MessageRow, Quotes, shortened};
use super::super::schema::{conversations, dedup_keys, events, jobs, media, messages};
use crate::insert_all;

/// A dedup key: the session and the provider's id.
pub(super) type Key = (i64, String);

/// What a placeholder's dedup key ends with: the real message has the same id and may come later.
pub(super) const PLACEHOLDER: &str = "#placeholder";

/// Appends all; a None is to go one by one (it replaces a placeholder).
pub(super) async fn append(
    conn: &mut Conn,
    store: &Store,
    appends: &[&InboundAppend],
) -> Result<Vec<Option<Result<Appended, StoreError>>>, StoreError> {
    let mut results: Vec<Option<Result<Appended, StoreError>>> = Vec::new();
    results.resize_with(appends.len(), || None);
    let versions = lock_versions(conn, appends).await?;
    let mut taken = HashSet::new();
    let mut fresh: Vec<usize> = Vec::new();
    for (index, append) in appends.iter().enumerate() {
        let Some(state) = &append.state else { continue };
        let id = state.conversation.id.0;
        // Two of one conversation in a batch (it lives on two nodes): the second decides anew.
        if versions.get(&id) == Some(&state.version) && taken.insert(id) {
            fresh.push(index);
        } else {
            results[index] = Some(Err(StoreError::Conflict));
        }
    }
    let waiting = placeholders(conn, appends, &fresh).await?;
    fresh.retain(|index| !waiting.contains(&key_of(appends[*index])));
    let new = insert_keys(conn, appends, &fresh).await?;
    let mut seen = HashSet::new();
    fresh.retain(|index| {
        let key = key_of(appends[*index]);
        let is_new = new.contains(&key) && seen.insert(key);
        if !is_new {
            results[*index] = Some(Ok(Appended::Duplicate));
        }
        is_new
    });
    if fresh.is_empty() {
        return Ok(results);
    }
    let news: Vec<&InboundAppend> = fresh.iter().map(|index| appends[*index]).collect();
    let mut rows = Rows {
        quotes: quotes(conn, &news).await?,
        ..Rows::default()
    };
    for (organization, indexes) in by_organization(appends, &fresh) {
        let count = i64::try_from(indexes.len()).unwrap_or(i64::MAX);
        let first = event::take_seqs(conn, organization, count).await?;
        for (seq, index) in (first..).zip(indexes) {
            results[index] = Some(Ok(rows.add(store, appends[index], seq)?));
        }
    }
    rows.write(conn).await?;
    Ok(results)
}

/// The lines that these messages answer.
pub(super) async fn quotes(
    conn: &mut Conn,
    appends: &[&InboundAppend],
) -> Result<Quotes, StoreError> {
    let wanted: Vec<(i64, &str)> = appends
        .iter()
        .filter_map(|append| Some((append.key.session.0, append.message.reply_to.as_deref()?)))
        .collect();
    message::quotes(conn, &wanted).await
}

/// The dedup key of a message.
pub(super) fn key_of(append: &InboundAppend) -> Key {
    (append.key.session.0, append.message.provider_id.clone())
}

fn by_organization(appends: &[&InboundAppend], fresh: &[usize]) -> BTreeMap<i64, Vec<usize>> {
    let mut groups: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for index in fresh {
        let organization = appends[*index].key.organization.0;
        groups.entry(organization).or_default().push(*index);
    }
    groups
}

/// The versions of all conversations, locked in ascending order so that two nodes never wait for each other.
async fn lock_versions(
    conn: &mut Conn,
    appends: &[&InboundAppend],
) -> Result<HashMap<i64, i64>, StoreError> {
    let mut ids: Vec<i64> = appends
        .iter()
        .filter_map(|append| append.state.as_ref())
        .map(|state| state.conversation.id.0)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let found: Vec<(i64, i64)> = match conn {
        Conn::Sqlite(object) => object
            .spawn_blocking(move |c| {
                let mut found = Vec::with_capacity(ids.len());
                for id in ids {
                    let version: Option<i64> = diesel::RunQueryDsl::first(
                        conversations::table.find(id).select(conversations::seq),
                        c,
                    )
                    .optional()?;
                    found.extend(version.map(|version| (id, version)));
                }
                Ok(found)
            })
            .await
            .map_err(refused)?,
        Conn::Postgres(object) => conversations::table
            .filter(conversations::id.eq_any(&ids))
            .order(conversations::id)
            .select((conversations::id, conversations::seq))
            .for_update()
            .load(&mut **object)
            .await
            .map_err(refused)?,
    };
    Ok(found.into_iter().collect())
}

/// Which of these messages were announced by a placeholder.
async fn placeholders(
    conn: &mut Conn,
    appends: &[&InboundAppend],
    fresh: &[usize],
) -> Result<HashSet<Key>, StoreError> {
    let marks: Vec<(i64, String)> = fresh
        .iter()
        .map(|index| key_of(appends[*index]))
        .map(|(session, id)| (session, format!("{id}{PLACEHOLDER}")))
        .collect();
    let found: Vec<(i64, String)> = match conn {
        Conn::Sqlite(object) => object
            .spawn_blocking(move |c| {
                let mut found = Vec::new();
                for mark in marks {
                    let hit: Option<(i64, String)> = diesel::RunQueryDsl::first(
                        dedup_keys::table
                            .find((mark.0, &mark.1))
                            .select((dedup_keys::session_id, dedup_keys::key)),
                        c,
                    )
                    .optional()?;
                    found.extend(hit);
                }
                Ok(found)
            })
            .await
            .map_err(refused)?,
        Conn::Postgres(object) => {
            let sessions: Vec<i64> = marks.iter().map(|(session, _)| *session).collect();
            let keys: Vec<&str> = marks.iter().map(|(_, key)| key.as_str()).collect();
            dedup_keys::table
                .filter(dedup_keys::session_id.eq_any(&sessions))
                .filter(dedup_keys::key.eq_any(&keys))
                .select((dedup_keys::session_id, dedup_keys::key))
                .load(&mut **object)
                .await
                .map_err(refused)?
        }
    };
    Ok(found
        .into_iter()
        .filter_map(|(session, key)| Some((session, key.strip_suffix(PLACEHOLDER)?.to_owned())))
        .collect())
}

#[derive(QueryableByName)]
struct KeyRow {
    #[diesel(sql_type = BigInt)]
    session_id: i64,
    #[diesel(sql_type = Text)]
    key: String,
}

const INSERT_KEYS: &str = "INSERT INTO dedup_keys (session_id, key, created_at) \
    SELECT s, k, $3 FROM UNNEST($1, $2) AS v (s, k) ORDER BY s, k \
    ON CONFLICT DO NOTHING RETURNING session_id, key";

/// Stores the dedup keys; gives those that were new.
async fn insert_keys(
    conn: &mut Conn,
    appends: &[&InboundAppend],
    fresh: &[usize],
) -> Result<HashSet<Key>, StoreError> {
    if fresh.is_empty() {
        return Ok(HashSet::new());
    }
    let now: NaiveDateTime = appends[fresh[0]].received_at.naive();
    let keys: Vec<Key> = fresh.iter().map(|index| key_of(appends[*index])).collect();
    match conn {
        Conn::Sqlite(object) => object
            .spawn_blocking(move |c| {
                let mut new = HashSet::with_capacity(keys.len());
                for key in keys {
                    let stored = diesel::RunQueryDsl::execute(
                        diesel::insert_into(dedup_keys::table)
                            .values((
                                dedup_keys::session_id.eq(key.0),
                                dedup_keys::key.eq(&key.1),
                                dedup_keys::created_at.eq(now),
                            ))
                            .on_conflict_do_nothing(),
                        c,
                    )?;
                    if stored > 0 {
                        new.insert(key);
                    }
                }
                Ok(new)
            })
            .await
            .map_err(refused),
        Conn::Postgres(object) => {
            let (sessions, texts): (Vec<i64>, Vec<String>) = keys.into_iter().unzip();
            let rows: Vec<KeyRow> = diesel::sql_query(INSERT_KEYS)
                .bind::<Array<BigInt>, _>(sessions)
                .bind::<Array<Text>, _>(texts)
                .bind::<SqlTimestamp, _>(now)
                .load(&mut **object)
                .await
                .map_err(refused)?;
            Ok(rows
                .into_iter()
                .map(|row| (row.session_id, row.key))
                .collect())
        }
    }
}

/// What a batch writes.
#[derive(Default)]
struct Rows {
    messages: Vec<MessageRow>,
    events: Vec<EventRow>,
    media: Vec<MediaRow>,
    jobs: Vec<JobRow>,
    states: Vec<Arc<ConversationState>>,
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

    async fn write(self, conn: &mut Conn) -> Result<(), StoreError> {
        insert_all!(conn, messages::table, self.messages)?;
        insert_all!(conn, media::table, self.media)?;
        insert_all!(conn, jobs::table, self.jobs)?;
        save_states(conn, self.states).await?;
        insert_all!(conn, events::table, self.events)
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
    let reply_to = news
        .reply_to
        .clone()
        .map(|provider_id| message::reply_to(provider_id, append.key.session.0, quotes));
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
        status: reception.status,
        unread: old.unread.saturating_add(reception.unread),
        window_expires_at: reception.window_expires_at,
        ..old.clone()
    };
    if reception.activity {
        conversation.updated_at = append.received_at.max(old.updated_at);
        conversation.last_message = Some(LastMessage {
            id: message.id,
            direction: message.direction,
            kind: message.kind.clone(),
            text: message.text.as_deref().map(shortened),
            status: message.status,
            at: message.created_at,
        });
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

const SAVE_STATES: &str = "UPDATE conversations AS c SET seq = v.seq, status = v.status, \
    unread = v.unread, last_message_id = v.last_message_id, \
    last_inbound_provider_id = v.last_inbound_provider_id, \
    window_expires_at = v.window_expires_at, updated_at = v.updated_at \
    FROM UNNEST($1, $2, $3, $4, $5, $6, $7, $8) AS v (id, seq, status, unread, last_message_id, \
    last_inbound_provider_id, window_expires_at, updated_at) WHERE c.id = v.id";

async fn save_states(
    conn: &mut Conn,
    states: Vec<Arc<ConversationState>>,
) -> Result<(), StoreError> {
    match conn {
        Conn::Sqlite(object) => object
            .spawn_blocking(move |c| {
                for state in states {
                    let view = &state.conversation;
                    diesel::RunQueryDsl::execute(
                        diesel::update(conversations::table.find(view.id.0)).set((
                            conversations::seq.eq(state.version),
                            conversations::status.eq(view.status.as_str()),
                            conversations::unread.eq(i64::from(view.unread)),
                            conversations::last_message_id
                                .eq(view.last_message.as_ref().map(|last| last.id.0)),
                            conversations::last_inbound_provider_id
                                .eq(&state.last_inbound_provider_id),
                            conversations::window_expires_at
                                .eq(view.window_expires_at.map(|at| at.naive())),
                            conversations::updated_at.eq(view.updated_at.naive()),
                        )),
                        c,
                    )?;
                }
                Ok(())
            })
            .await
            .map_err(refused),
        Conn::Postgres(object) => {
            let of = |read: fn(&ConversationState) -> i64| -> Vec<i64> {
                states.iter().map(|state| read(state)).collect()
            };
            let last: Vec<Option<i64>> = states
                .iter()
                .map(|state| state.conversation.last_message.as_ref().map(|m| m.id.0))
                .collect();
            let inbound: Vec<Option<&str>> = states
                .iter()
                .map(|state| state.last_inbound_provider_id.as_deref())
                .collect();
            let windows: Vec<Option<NaiveDateTime>> = states
                .iter()
                .map(|state| state.conversation.window_expires_at.map(|at| at.naive()))
                .collect();
            let updated: Vec<NaiveDateTime> = states
                .iter()
                .map(|state| state.conversation.updated_at.naive())
                .collect();
            let statuses: Vec<&str> = states
                .iter()
                .map(|state| state.conversation.status.as_str())
                .collect();
            diesel::sql_query(SAVE_STATES)
                .bind::<Array<BigInt>, _>(of(|state| state.conversation.id.0))
                .bind::<Array<BigInt>, _>(of(|state| state.version))
                .bind::<Array<Text>, _>(statuses)
                .bind::<Array<BigInt>, _>(of(|state| i64::from(state.conversation.unread)))
                .bind::<Array<Nullable<BigInt>>, _>(last)
                .bind::<Array<Nullable<Text>>, _>(inbound)
                .bind::<Array<Nullable<SqlTimestamp>>, _>(windows)
                .bind::<Array<SqlTimestamp>, _>(updated)
                .execute(&mut **object)
                .await
                .map_err(refused)?;
            Ok(())
        }
    }
}
