//! Many plain messages to be sent (and notes) in one transaction. What has files, calls a colleague, quotes a line, is a reaction or
//! repeats an idempotency key goes one by one.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use actors::event::Envelope;
use actors::model::conversation::ConversationState;
use actors::model::ids::MessageId;
use actors::ports::store::{OutboundAppend, Queued, Receipt, StoreError};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::super::bulk::{Bulk, Together};
use super::super::db::{Conn, boxed, refused};
use super::super::job::JobRow;
use super::super::kept::{filled, kept};
use super::super::message::MessageRow;
use super::super::outbound::{IdempotencyRow, after, queued_message, send_task, told};
use super::super::queue::MoveRow;
use super::super::schema::{conversations, idempotency_keys, jobs, messages};
use super::super::{Store, event, outbound, queue};
use super::batch::postgres::save_states;
use super::kind::{Kind, Results};
use super::postgres::{Entries, Outcomes};
use super::sieve::takes;
use crate::{insert_all, with_conn};

/// The versions of these conversations; written out for each database.
macro_rules! versions {
    ($ids:expr) => {
        conversations::table
            .filter(conversations::id.eq_any($ids))
            .order(conversations::id)
            .select((conversations::id, conversations::seq))
    };
}

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

/// Plain drafts.
pub(super) struct Drafts;

impl Kind for Drafts {
    type Entry = Arc<OutboundAppend>;
    type Done = Queued;

    async fn on_sqlite(
        conn: &mut Conn,
        store: &Store,
        entries: &[Arc<OutboundAppend>],
    ) -> Result<Results<Queued>, StoreError> {
        let mut queue = Queue::of(store, entries);
        queue.leave_out_stale(&mut versions(conn, queue.conversations()).await?);
        let free = claim(conn, queue.keys()).await?;
        queue.leave_out_used(&free);
        let mut rows = Rows::default();
        for (organization, count) in queue.counts() {
            let first = event::take_seqs(conn, organization, count).await?;
            queue.number(organization, first, &mut rows)?;
        }
        rows.write(conn).await?;
        Ok(queue.results)
    }

    fn among<'e, 'a>(entries: &'e mut Entries<'a>) -> &'e mut &'a [Arc<OutboundAppend>] {
        &mut entries.drafts
    }

    fn of(outcomes: &mut Outcomes) -> &mut Results<Queued> {
        &mut outcomes.drafts
    }

    async fn alone(store: Store, append: Arc<OutboundAppend>) -> Result<Queued, StoreError> {
        store.queue(&append).await
    }
}

/// The drafts of a batch, those that may still be queued apart.
pub(super) struct Queue<'a> {
    store: &'a Store,
    appends: &'a [Arc<OutboundAppend>],
    /// A None is to go one by one.
    pub results: Results<Queued>,
    /// Indexes, and the messages that they become.
    candidates: Vec<(usize, MessageId)>,
}

impl<'a> Queue<'a> {
    /// Of two for one conversation the second decides anew; of two with one key it hears what became of the first.
    pub fn of(store: &'a Store, appends: &'a [Arc<OutboundAppend>]) -> Self {
        let mut results: Results<Queued> = Vec::new();
        results.resize_with(appends.len(), || None);
        let (mut conversations, mut keys) = (HashSet::new(), HashSet::new());
        let mut candidates = Vec::new();
        for (index, append) in appends.iter().enumerate() {
            let is_first = conversations.insert(append.state.conversation.id);
            if is_first && key_of(append).is_none_or(|key| keys.insert(key)) {
                candidates.push((index, MessageId(store.next_id())));
            }
        }
        Self {
            store,
            appends,
            results,
            candidates,
        }
    }

    pub fn conversations(&self) -> HashSet<i64> {
        let appends = self
            .candidates
            .iter()
            .map(|(index, _)| &self.appends[*index]);
        appends
            .map(|append| append.state.conversation.id.0)
            .collect()
    }

    pub fn organizations(&self) -> BTreeSet<i64> {
        let appends = self
            .candidates
            .iter()
            .map(|(index, _)| &self.appends[*index]);
        appends.map(|append| append.state.organization.0).collect()
    }

    /// Leaves those out whose conversation is not as the sender believed it to be; the others take its version.
    pub fn leave_out_stale(&mut self, versions: &mut HashMap<i64, i64>) {
        let appends = self.appends;
        self.candidates.retain(|(index, _)| {
            let state = &appends[*index].state;
            takes(versions, state.conversation.id.0, state.version)
        });
    }

    /// Leaves those out whose key is not free.
    pub fn leave_out_used(&mut self, free: &HashSet<Key>) {
        let appends = self.appends;
        self.candidates
            .retain(|(index, _)| key_of(&appends[*index]).is_none_or(|key| free.contains(&key)));
    }

    /// The keys of those to be queued.
    pub fn wanted(&self) -> HashSet<Key> {
        let appends = self
            .candidates
            .iter()
            .map(|(index, _)| &self.appends[*index]);
        appends.filter_map(|append| key_of(append)).collect()
    }

    pub fn keys(&self) -> Vec<IdempotencyRow> {
        let rows = self.candidates.iter().filter_map(|(index, id)| {
            let append = &self.appends[*index];
            IdempotencyRow::of(&append.state, &append.draft, *id, append.now)
        });
        rows.collect()
    }

    /// How many are to be queued of each organization.
    fn counts(&self) -> BTreeMap<i64, i64> {
        let mut counts = BTreeMap::new();
        for (index, _) in &self.candidates {
            let organization = self.appends[*index].state.organization.0;
            *counts.entry(organization).or_default() += 1;
        }
        counts
    }

    /// Numbers those to be queued, and makes what is written of them on PostgreSQL.
    pub fn number_all(&mut self, numbers: &mut BTreeMap<i64, i64>) -> Result<Together, StoreError> {
        let mut rows = Rows::default();
        for (organization, count) in self.counts() {
            let number = numbers.get_mut(&organization).ok_or(StoreError::NotFound)?;
            self.number(organization, *number + 1, &mut rows)?;
            *number += count;
        }
        rows.together()
    }

    /// Makes the rows of one organization's, numbered from `first`.
    fn number(&mut self, organization: i64, first: i64, rows: &mut Rows) -> Result<(), StoreError> {
        let appends = self.appends;
        let theirs = self
            .candidates
            .iter()
            .filter(|(index, _)| appends[*index].state.organization.0 == organization);
        for (seq, (index, id)) in (first..).zip(theirs) {
            self.results[*index] = Some(Ok(rows.add(self.store, &appends[*index], *id, seq)?));
        }
        Ok(())
    }
}

fn key_of(append: &OutboundAppend) -> Option<Key> {
    let key = append.draft.client_key.clone()?;
    Some((append.state.organization.0, key))
}

/// The versions of these conversations on SQLite, which has one writer.
pub(super) async fn versions(
    conn: &mut Conn,
    ids: HashSet<i64>,
) -> Result<HashMap<i64, i64>, StoreError> {
    let ids = filled(ids);
    let found: Vec<(i64, i64)> = with_conn!(conn, |c| kept(versions!(&ids)).load(c).await)?;
    Ok(found.into_iter().collect())
}

/// The versions of these conversations on PostgreSQL, locked.
pub(super) async fn lock_versions(
    c: &AsyncPgConnection,
    ids: HashSet<i64>,
) -> Result<HashMap<i64, i64>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut shared = c;
    // None of their keys changes: whoever stores a row that refers to one (a star, a scheduled message) need not wait, and does not
    // wait for the organization's number while a batch that has it waits for him.
    let locked = versions!(ids).for_no_key_update().load(&mut shared);
    let found: Vec<(i64, i64)> = boxed(locked).await.map_err(refused)?;
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

/// Stores the idempotency keys that nobody used, on SQLite; gives those.
pub(super) async fn claim(
    conn: &mut Conn,
    rows: Vec<IdempotencyRow>,
) -> Result<HashSet<Key>, StoreError> {
    let object = conn.sqlite()?;
    object
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
        .map_err(refused)
}

/// Stores the idempotency keys that nobody used, on PostgreSQL; gives those.
pub(super) async fn claim_all(
    c: &AsyncPgConnection,
    rows: Vec<IdempotencyRow>,
) -> Result<HashSet<Key>, StoreError> {
    if rows.is_empty() {
        return Ok(HashSet::new());
    }
    let claim = IdempotencyRow::bind(rows, diesel::sql_query(CLAIM).into_boxed());
    let mut shared = c;
    let free: Vec<KeyRow> = boxed(kept(claim).load(&mut shared))
        .await
        .map_err(refused)?;
    let keys = free.into_iter().map(|row| (row.organization_id, row.key));
    Ok(keys.collect())
}

const GIVE_BACK: &str = "DELETE FROM idempotency_keys AS i USING UNNEST($1, $2) AS v (o, k) \
    WHERE i.organization_id = v.o AND i.key = v.k";

/// Takes those of the keys back, stored in the same transaction, that are not `wanted` after all; that is rare.
pub(super) async fn give_back(
    c: &AsyncPgConnection,
    free: &mut HashSet<Key>,
    wanted: &HashSet<Key>,
) -> Result<(), StoreError> {
    let stale: Vec<Key> = free.difference(wanted).cloned().collect();
    if stale.is_empty() {
        return Ok(());
    }
    free.retain(|key| wanted.contains(key));
    let (organizations, keys): (Vec<i64>, Vec<String>) = stale.into_iter().unzip();
    let query = diesel::sql_query(GIVE_BACK)
        .bind::<Array<BigInt>, _>(organizations)
        .bind::<Array<Text>, _>(keys);
    let mut shared = c;
    let given = kept(query).execute(&mut shared).await;
    given.map(drop).map_err(refused)
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

    fn together(self) -> Result<Together, StoreError> {
        let mut together = Together::default();
        together.insert(self.messages);
        together.insert(self.jobs);
        together.insert(self.moves);
        together.insert(event::rows(&self.envelopes)?);
        save_states(&mut together, &self.states);
        Ok(together)
    }

    /// Writes them on SQLite.
    async fn write(self, conn: &mut Conn) -> Result<(), StoreError> {
        insert_all!(conn, messages::table, self.messages)?;
        insert_all!(conn, jobs::table, self.jobs)?;
        for state in &self.states {
            outbound::save(conn, state).await?;
        }
        queue::record(conn, self.moves).await?;
        event::store(conn, &self.envelopes).await
    }
}
