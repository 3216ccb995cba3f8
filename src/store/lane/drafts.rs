//! Many plain messages to be sent (and notes) in one transaction. What has files, calls a colleague, quotes a line, is a reaction or
//! repeats an idempotency key goes one by one.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use actors::event::Envelope;
use actors::model::conversation::ConversationState;
use actors::model::ids::MessageId;
use actors::ports::store::{OutboundAppend, Queued, Receipt, StoreError};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_async::RunQueryDsl;

use super::super::bulk::{Bulk, Together};
use super::super::db::{Conn, boxed, refused};
use super::super::job::JobRow;
use super::super::kept::kept;
use super::super::message::MessageRow;
use super::super::outbound::{IdempotencyRow, after, queued_message, send_task, told};
use super::super::queue::MoveRow;
use super::super::schema::{conversations, idempotency_keys, jobs, messages};
use super::super::{Store, event, outbound, queue};
use super::batch::postgres::save_states;
use crate::{insert_all, lock_all};

/// An organization's idempotency key.
pub(super) type Key = (i64, String);

/// Whether a draft takes the short way.
pub(super) fn is_plain(append: &OutboundAppend) -> bool {
    let draft = &append.draft;
    draft.media.is_empty()
        && draft.mentions.is_empty()
        && draft.reply_to.is_none()
        && draft.kind != "reaction"
        // Answering takes what was reserved, which the short way does not write.
        && append.state.conversation.reserved_until.is_none()
}

/// Queues plain drafts; a None is to go one by one.
pub(super) async fn queue(
    conn: &mut Conn,
    store: &Store,
    appends: &[Arc<OutboundAppend>],
) -> Result<Vec<Option<Result<Queued, StoreError>>>, StoreError> {
    let mut results: Vec<Option<Result<Queued, StoreError>>> = Vec::new();
    results.resize_with(appends.len(), || None);
    let ids = appends.iter().map(|append| append.state.conversation.id.0);
    let mut versions = lock_versions(conn, ids.collect()).await?;
    let mut candidates: Vec<(usize, MessageId)> = Vec::new();
    let mut keys: HashMap<Key, IdempotencyRow> = HashMap::new();
    for (index, append) in appends.iter().enumerate() {
        let state = &append.state;
        // Taken out: of two for one conversation the second decides anew.
        let version = versions.remove(&state.conversation.id.0);
        let key = key_of(append);
        if version != Some(state.version) || key.as_ref().is_some_and(|key| keys.contains_key(key))
        {
            continue;
        }
        let id = MessageId(store.next_id());
        let row = IdempotencyRow::of(state, &append.draft, id, append.now);
        keys.extend(key.zip(row));
        candidates.push((index, id));
    }
    // Before the numbers, as when one is queued alone.
    let free = claim(conn, keys.into_values().collect()).await?;
    candidates.retain(|(index, _)| key_of(&appends[*index]).is_none_or(|key| free.contains(&key)));
    let mut fresh: BTreeMap<i64, Vec<(usize, MessageId)>> = BTreeMap::new();
    for (index, id) in candidates {
        let organization = appends[index].state.organization.0;
        fresh.entry(organization).or_default().push((index, id));
    }
    let mut rows = Rows::default();
    for (organization, entries) in fresh {
        let count = i64::try_from(entries.len()).unwrap_or(i64::MAX);
        let first = event::take_seqs(conn, organization, count).await?;
        for (seq, (index, id)) in (first..).zip(entries) {
            results[index] = Some(Ok(rows.add(store, &appends[index], id, seq)?));
        }
    }
    rows.write(conn).await?;
    Ok(results)
}

fn key_of(append: &OutboundAppend) -> Option<Key> {
    let key = append.draft.client_key.clone()?;
    Some((append.state.organization.0, key))
}

/// Locks conversations; gives their versions.
pub(super) async fn lock_versions(
    conn: &mut Conn,
    ids: HashSet<i64>,
) -> Result<HashMap<i64, i64>, StoreError> {
    let found: Vec<(i64, i64)> = lock_all!(
        conn,
        conversations::table
            .filter(conversations::id.eq_any(&ids))
            .order(conversations::id)
            .select((conversations::id, conversations::seq))
    )?;
    Ok(found.into_iter().collect())
}

const CLAIM: &str = "INSERT INTO idempotency_keys \
    (organization_id, key, fingerprint, message_id, created_at) \
    SELECT * FROM UNNEST($1, $2, $3, $4, $5) AS v (o, k, f, m, c) ORDER BY o, k \
    ON CONFLICT DO NOTHING RETURNING organization_id, key";

#[derive(QueryableByName)]
struct KeyRow {
    #[diesel(sql_type = BigInt)]
    organization_id: i64,
    #[diesel(sql_type = Text)]
    key: String,
}

/// Stores the idempotency keys that nobody used; gives those.
pub(super) async fn claim(
    conn: &mut Conn,
    rows: Vec<IdempotencyRow>,
) -> Result<HashSet<Key>, StoreError> {
    if rows.is_empty() {
        return Ok(HashSet::new());
    }
    match conn {
        Conn::Sqlite(object) => object
            .spawn_blocking(move |c| {
                let mut free = HashSet::new();
                for row in rows {
                    let key = (row.organization_id, row.key.clone());
                    let insert = diesel::insert_into(idempotency_keys::table)
                        .values(row)
                        .on_conflict_do_nothing();
                    if diesel::RunQueryDsl::execute(kept(insert), c)? > 0 {
                        free.insert(key);
                    }
                }
                Ok(free)
            })
            .await
            .map_err(refused),
        Conn::Postgres(object) => {
            let claim = IdempotencyRow::bind(rows, diesel::sql_query(CLAIM).into_boxed());
            let free: Vec<KeyRow> = boxed(kept(claim).load(&mut **object))
                .await
                .map_err(refused)?;
            let keys = free.into_iter().map(|row| (row.organization_id, row.key));
            Ok(keys.collect())
        }
    }
}

#[derive(Default)]
struct Rows {
    messages: Vec<MessageRow>,
    jobs: Vec<JobRow>,
    states: Vec<Arc<ConversationState>>,
    moves: Vec<MoveRow>,
    envelopes: Vec<Arc<Envelope>>,
}

impl Rows {
    fn add(
        &mut self,
        store: &Store,
        append: &OutboundAppend,
        id: MessageId,
        seq: i64,
    ) -> Result<Queued, StoreError> {
        let OutboundAppend {
            state,
            draft,
            status,
            now,
        } = append;
        let message = Arc::new(queued_message(state, draft, id, seq, *now));
        self.messages
            .push(MessageRow::of(&message, state.organization.0)?);
        if !draft.note {
            let task = send_task(state, draft, id);
            self.jobs
                .push(JobRow::of(store, state.organization, &task, *now)?);
        }
        let next = Arc::new(after(state, &message, *status));
        let envelope = told(&next, &message, draft.note, *now);
        self.moves.extend(queue::rows_of(store, state, &next, *now));
        self.states.push(Arc::clone(&next));
        self.envelopes.push(Arc::clone(&envelope));
        Ok(Queued::Stored {
            message,
            state: next,
            receipt: Receipt {
                envelopes: vec![envelope],
                jobs: !draft.note,
            },
        })
    }

    async fn write(self, conn: &mut Conn) -> Result<(), StoreError> {
        if let Conn::Postgres(object) = conn {
            let mut together = Together::default();
            together.insert(self.messages);
            together.insert(self.jobs);
            together.insert(self.moves);
            together.insert(event::rows(&self.envelopes)?);
            save_states(&mut together, &self.states);
            return together.run(object).await;
        }
        insert_all!(conn, messages::table, self.messages)?;
        insert_all!(conn, jobs::table, self.jobs)?;
        for state in &self.states {
            outbound::save(conn, state).await?;
        }
        queue::record(conn, self.moves).await?;
        event::store(conn, &self.envelopes).await
    }
}
