//! Changes of known conversations, many in one transaction: what people do to them, and what lines give out.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use actors::event::{Audience, Envelope};
use actors::model::conversation::ConversationState;
use actors::model::status::MessageStatus;
use actors::ports::store::{ChangeWrite, Receipt, StoreError};
use actors::time::Timestamp;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::super::audit::AuditRow;
use super::super::bulk::Together;
use super::super::contact_identity::state_of;
use super::super::conversation::CareRow;
use super::super::db::{Conn, refused};
use super::super::job::JobRow;
use super::super::kept::run;
use super::super::outbound::IdempotencyRow;
use super::super::queue::MoveRow;
use super::super::schema::{
    audit_log, conversations, events, jobs, messages, queue_moves, sla_breaches,
};
use super::super::sla::BreachRow;
use super::super::thread::lines_of;
use super::super::{Store, event, field, participant, queue, sla, tag};
use super::drafts::{Key, claim, lock_versions};
use crate::{insert_each, with_conn};

/// A conversation after its change.
pub(super) type Changed = (ConversationState, Receipt);

/// Makes the changes, each or none of it.
pub(super) async fn write(
    conn: &mut Conn,
    store: &Store,
    writes: &[&ChangeWrite],
) -> Result<Vec<Result<Changed, StoreError>>, StoreError> {
    let now = Timestamp::now();
    let ids = writes.iter().map(|write| write.state.conversation.id.0);
    let mut versions = lock_versions(conn, ids.collect()).await?;
    // Of two for one conversation the second is decided anew.
    let mut results: Vec<Result<Changed, StoreError>> = Vec::new();
    let mut candidates: Vec<usize> = Vec::new();
    for (index, write) in writes.iter().enumerate() {
        let version = versions.remove(&write.state.conversation.id.0);
        if write.by.organization != write.state.organization {
            results.push(Err(StoreError::NotFound));
            continue;
        }
        results.push(Err(StoreError::Conflict));
        if version == Some(write.state.version) {
            candidates.push(index);
        }
    }
    let keys = candidates
        .iter()
        .filter_map(|index| key_row(writes[*index], now));
    let free = claim(conn, keys.collect()).await?;
    let ticks = ticks(conn, candidates.iter().map(|index| writes[*index])).await?;
    let mut fresh: BTreeMap<i64, Vec<(usize, ConversationState)>> = BTreeMap::new();
    for index in candidates {
        let write = writes[index];
        let organization = write.state.organization.0;
        if key_of(write).is_some_and(|key| !free.contains(&key)) {
            let id = write.state.conversation.id.0;
            let known = state_of(conn, organization, id).await?;
            results[index] = Ok((known, Receipt::default()));
            continue;
        }
        let next = after(write, &ticks, now);
        note(conn, write, &next).await?;
        fresh.entry(organization).or_default().push((index, next));
    }
    let mut rows = Rows::default();
    for (organization, entries) in fresh {
        let count = i64::try_from(entries.len()).unwrap_or(i64::MAX);
        // As late as possible: until the end of the transaction nobody else of the organization gets a number.
        let first = event::take_seqs(conn, organization, count).await?;
        for (seq, (index, next)) in (first..).zip(entries) {
            results[index] = Ok(rows.add(store, writes[index], next, seq, now)?);
        }
    }
    rows.write(conn).await?;
    Ok(results)
}

/// The conversation after its change, without a number yet.
fn after(
    write: &ChangeWrite,
    ticks: &HashMap<i64, MessageStatus>,
    now: Timestamp,
) -> ConversationState {
    let mut next = ConversationState::clone(&write.state);
    write.change.apply(&mut next.conversation, now);
    if let Some(last) = &mut next.conversation.last_message
        && let Some(status) = ticks.get(&last.id.0)
    {
        last.status = *status;
    }
    next
}

/// By which tags and people a conversation is found after its change.
async fn note(
    conn: &mut Conn,
    write: &ChangeWrite,
    next: &ConversationState,
) -> Result<(), StoreError> {
    let thread = &write.state.conversation;
    let tags = &next.conversation.tags;
    if *tags != thread.tags {
        tag::retag(conn, next.organization.0, thread.id, tags).await?;
    }
    if next.conversation.participants != thread.participants {
        participant::seat(conn, next).await?;
    }
    Ok(())
}

fn key_row(write: &ChangeWrite, now: Timestamp) -> Option<IdempotencyRow> {
    let once = write.once.as_deref()?;
    Some(IdempotencyRow::of_change(&write.state, once, now))
}

fn key_of(write: &ChangeWrite) -> Option<Key> {
    let row = key_row(write, Timestamp::default())?;
    Some((row.organization_id, row.key))
}

/// How far the last lines came: ticks move without the actor, and what is told must not show older ones.
async fn ticks(
    conn: &mut Conn,
    writes: impl Iterator<Item = &ChangeWrite>,
) -> Result<HashMap<i64, MessageStatus>, StoreError> {
    let last = |write: &ChangeWrite| Some(write.state.conversation.last_message.as_ref()?.id.0);
    let ids: HashSet<i64> = writes.filter_map(last).collect();
    let found: Vec<(i64, String)> = with_conn!(conn, |c| messages::table
        .filter(messages::id.eq_any(&ids))
        .select((messages::id, messages::status))
        .load(c)
        .await)?;
    let parsed = found.into_iter().map(|(id, status)| {
        let status = field::named("message status", &status, MessageStatus::parse)?;
        Ok((id, status))
    });
    parsed.collect()
}

#[derive(Default)]
struct Rows {
    states: Vec<CareRow>,
    audit: Vec<AuditRow>,
    jobs: Vec<JobRow>,
    moves: Vec<MoveRow>,
    breaches: Vec<BreachRow>,
    envelopes: Vec<Arc<Envelope>>,
}

impl Rows {
    fn add(
        &mut self,
        store: &Store,
        write: &ChangeWrite,
        mut next: ConversationState,
        seq: i64,
        now: Timestamp,
    ) -> Result<Changed, StoreError> {
        let ChangeWrite { state, task, .. } = write;
        next.conversation.seq = seq;
        next.version = seq;
        if let Some(task) = task {
            let due = task.due(now);
            self.jobs
                .push(JobRow::of(store, state.organization, task, due)?);
        }
        let (id, change) = (state.conversation.id, &write.change);
        self.audit.extend(lines_of(store, id, change, &write.by));
        self.moves.extend(queue::rows_of(store, state, &next, now));
        self.breaches
            .extend(sla::breaches(store, state, &next, now));
        let row = Arc::new(next.conversation.clone());
        let envelope = Arc::new(Envelope {
            organization: state.organization,
            seq,
            at: now,
            audience: Audience::Everyone,
            event: actors::model::sla::event(&state.conversation, Arc::clone(&row)),
            row: Some(row),
        });
        self.states.push(CareRow::of(&next)?);
        self.envelopes.push(Arc::clone(&envelope));
        let receipt = Receipt {
            envelopes: vec![envelope],
            jobs: task.is_some(),
        };
        Ok((next, receipt))
    }

    async fn write(self, conn: &mut Conn) -> Result<(), StoreError> {
        let events = event::rows(&self.envelopes)?;
        match conn {
            Conn::Postgres(object) => {
                let mut together = Together::default();
                together.insert(self.jobs);
                together.insert(self.audit);
                together.insert(self.moves);
                together.insert(self.breaches);
                together.insert(events);
                together.change(self.states);
                together.run(object).await
            }
            Conn::Sqlite(object) => object
                .spawn_blocking(move |c| {
                    insert_each!(c, jobs::table, self.jobs)?;
                    insert_each!(c, audit_log::table, self.audit)?;
                    insert_each!(c, queue_moves::table, self.moves)?;
                    insert_each!(c, sla_breaches::table, self.breaches)?;
                    insert_each!(c, events::table, events)?;
                    self.states.iter().try_for_each(|row| {
                        let change = diesel::update(conversations::table.find(row.id)).set(row);
                        run(change, c)
                    })
                })
                .await
                .map_err(refused),
        }
    }
}
