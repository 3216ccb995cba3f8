//! Many plain messages to be sent (and notes) in one transaction. What has files, quotes a line, is a reaction or
//! repeats an idempotency key goes one by one.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use actors::event::Envelope;
use actors::model::conversation::ConversationState;
use actors::model::ids::MessageId;
use actors::ports::store::{OutboundAppend, Queued, Receipt, StoreError};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::super::bulk::Together;
use super::super::db::Conn;
use super::super::job::JobRow;
use super::super::message::MessageRow;
use super::super::outbound::{IdempotencyRow, after, queued_message, send_task, told};
use super::super::schema::{conversations, idempotency_keys, jobs, messages};
use super::super::{Store, event, outbound};
use super::batch::postgres::save_states;
use crate::{insert_all, lock_all, with_conn};

type Key<'a> = (i64, &'a str);

/// Whether a draft takes the short way.
pub(super) fn is_plain(append: &OutboundAppend) -> bool {
    let draft = &append.draft;
    draft.media.is_empty() && draft.reply_to.is_none() && draft.kind != "reaction"
}

/// Queues plain drafts; a None is to go one by one.
pub(super) async fn queue(
    conn: &mut Conn,
    store: &Store,
    appends: &[Arc<OutboundAppend>],
) -> Result<Vec<Option<Result<Queued, StoreError>>>, StoreError> {
    let mut results: Vec<Option<Result<Queued, StoreError>>> = Vec::new();
    results.resize_with(appends.len(), || None);
    let mut versions = lock_versions(conn, appends).await?;
    let known = known_keys(conn, appends).await?;
    let mut seen: HashSet<Key<'_>> = HashSet::new();
    let mut fresh: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (index, append) in appends.iter().enumerate() {
        let key = key_of(append);
        let repeats = key.is_some_and(|key| known.contains(&owned(key)) || !seen.insert(key));
        let state = &append.state;
        // Taken out: of two for one conversation the second decides anew.
        let version = versions.remove(&state.conversation.id.0);
        if !repeats && version == Some(state.version) {
            fresh.entry(state.organization.0).or_default().push(index);
        }
    }
    let mut rows = Rows::default();
    for (organization, indexes) in fresh {
        let count = i64::try_from(indexes.len()).unwrap_or(i64::MAX);
        let first = event::take_seqs(conn, organization, count).await?;
        for (seq, index) in (first..).zip(indexes) {
            results[index] = Some(Ok(rows.add(store, &appends[index], seq)?));
        }
    }
    rows.write(conn).await?;
    Ok(results)
}

fn key_of(append: &OutboundAppend) -> Option<Key<'_>> {
    let key = append.draft.client_key.as_deref()?;
    Some((append.state.organization.0, key))
}

fn owned((organization, key): Key<'_>) -> (i64, String) {
    (organization, key.to_owned())
}

async fn lock_versions(
    conn: &mut Conn,
    appends: &[Arc<OutboundAppend>],
) -> Result<HashMap<i64, i64>, StoreError> {
    let ids: HashSet<i64> = appends
        .iter()
        .map(|append| append.state.conversation.id.0)
        .collect();
    let found: Vec<(i64, i64)> = lock_all!(
        conn,
        conversations::table
            .filter(conversations::id.eq_any(&ids))
            .order(conversations::id)
            .select((conversations::id, conversations::seq))
    )?;
    Ok(found.into_iter().collect())
}

/// The idempotency keys that were used before, expired ones included.
async fn known_keys(
    conn: &mut Conn,
    appends: &[Arc<OutboundAppend>],
) -> Result<HashSet<(i64, String)>, StoreError> {
    let (organizations, keys): (HashSet<i64>, Vec<&str>) =
        appends.iter().filter_map(|append| key_of(append)).unzip();
    if keys.is_empty() {
        return Ok(HashSet::new());
    }
    let found: Vec<(i64, String)> = with_conn!(conn, |c| idempotency_keys::table
        .filter(idempotency_keys::organization_id.eq_any(&organizations))
        .filter(idempotency_keys::key.eq_any(&keys))
        .select((idempotency_keys::organization_id, idempotency_keys::key))
        .load(c)
        .await)?;
    Ok(found.into_iter().collect())
}

#[derive(Default)]
struct Rows {
    keys: Vec<IdempotencyRow>,
    messages: Vec<MessageRow>,
    jobs: Vec<JobRow>,
    states: Vec<Arc<ConversationState>>,
    envelopes: Vec<Arc<Envelope>>,
}

impl Rows {
    fn add(
        &mut self,
        store: &Store,
        append: &OutboundAppend,
        seq: i64,
    ) -> Result<Queued, StoreError> {
        let OutboundAppend {
            state,
            draft,
            status,
            now,
        } = append;
        let id = MessageId(store.next_id());
        let message = Arc::new(queued_message(state, draft, id, seq, *now));
        self.keys.extend(IdempotencyRow::of(state, draft, id, *now));
        self.messages
            .push(MessageRow::of(&message, state.organization.0)?);
        if !draft.note {
            let task = send_task(state, draft, id);
            self.jobs
                .push(JobRow::of(store, state.organization, &task, *now)?);
        }
        let next = Arc::new(after(state, &message, *status));
        let envelope = told(&next, &message, draft.note, *now);
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
            together.insert(self.keys);
            together.insert(self.messages);
            together.insert(self.jobs);
            together.insert(event::rows(&self.envelopes)?);
            save_states(&mut together, &self.states);
            return together.run(object).await;
        }
        insert_all!(conn, idempotency_keys::table, self.keys)?;
        insert_all!(conn, messages::table, self.messages)?;
        insert_all!(conn, jobs::table, self.jobs)?;
        for state in &self.states {
            outbound::save(conn, state).await?;
        }
        event::store(conn, &self.envelopes).await
    }
}
