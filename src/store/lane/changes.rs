//! Changes of known conversations, many in one transaction: what people do to them, and what lines give out.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use actors::event::{Audience, Envelope};
use actors::model::conversation::ConversationState;
use actors::model::status::MessageStatus;
use actors::ports::store::{ChangeWrite, Receipt, StoreError};
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamp as SqlTimestamp};
use diesel_async::RunQueryDsl;

use super::super::bulk::Together;
use super::super::contact_identity::state_of;
use super::super::db::Conn;
use super::super::job::JobRow;
use super::super::outbound::{self, IdempotencyRow};
use super::super::queue::MoveRow;
use super::super::schema::{jobs, messages, sla_breaches};
use super::super::sla::BreachRow;
use super::super::thread::{note_change, save_care, written};
use super::super::{Store, event, field, participant, queue, sla, tag};
use super::drafts::{Key, claim, lock_versions};
use crate::{insert_all, with_conn};

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
        note(conn, store, write, &next).await?;
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

/// What a change leaves beside its conversation: a line for the audit log, and by which tags and people it is found.
async fn note(
    conn: &mut Conn,
    store: &Store,
    write: &ChangeWrite,
    next: &ConversationState,
) -> Result<(), StoreError> {
    let thread = &write.state.conversation;
    note_change(conn, store, thread.id, &write.change, &write.by).await?;
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
    states: Vec<ConversationState>,
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
        self.states.push(next.clone());
        self.envelopes.push(Arc::clone(&envelope));
        let receipt = Receipt {
            envelopes: vec![envelope],
            jobs: task.is_some(),
        };
        Ok((next, receipt))
    }

    async fn write(self, conn: &mut Conn) -> Result<(), StoreError> {
        if let Conn::Postgres(object) = conn {
            let mut together = Together::default();
            together.insert(self.jobs);
            together.insert(self.moves);
            together.insert(self.breaches);
            together.insert(event::rows(&self.envelopes)?);
            save_changed(&mut together, &self.states)?;
            return together.run(object).await;
        }
        insert_all!(conn, jobs::table, self.jobs)?;
        for state in &self.states {
            save_care(conn, state).await?;
            outbound::save(conn, state).await?;
        }
        queue::record(conn, self.moves).await?;
        insert_all!(conn, sla_breaches::table, self.breaches)?;
        event::store(conn, &self.envelopes).await
    }
}

/// Writes what a change may change of its conversation: nothing of its messages.
fn save_changed(together: &mut Together, states: &[ConversationState]) -> Result<(), StoreError> {
    if states.is_empty() {
        return Ok(());
    }
    let text = |places: &str| {
        format!(
            "UPDATE conversations AS c SET seq = v.seq, status = v.status, unread = v.unread, \
            assignee_id = v.assignee_id, team_id = v.team_id, priority = v.priority, \
            snoozed_until = v.snoozed_until, waiting_since = v.waiting_since, \
            reserved_until = v.reserved_until, opened_at = v.opened_at, \
            first_reply_at = v.first_reply_at, sla = v.sla, tags = v.tags, \
            participants = v.participants \
            FROM UNNEST({places}) AS v (id, seq, status, unread, \
            assignee_id, team_id, priority, snoozed_until, waiting_since, reserved_until, \
            opened_at, first_reply_at, sla, tags, participants) WHERE c.id = v.id"
        )
    };
    let numbers =
        |read: fn(&ConversationState) -> i64| -> Vec<i64> { states.iter().map(read).collect() };
    let names = |read: fn(&ConversationState) -> Option<i64>| -> Vec<Option<i64>> {
        states.iter().map(read).collect()
    };
    let times = |read: fn(&ConversationState) -> Option<Timestamp>| -> Vec<Option<NaiveDateTime>> {
        states
            .iter()
            .map(|state| read(state).map(|at| at.naive()))
            .collect()
    };
    let ids = numbers(|state| state.conversation.id.0);
    let seqs = numbers(|state| state.version);
    let unread = numbers(|state| i64::from(state.conversation.unread));
    let priorities = numbers(|state| state.conversation.priority.rank());
    let assignees = names(|state| Some(state.conversation.assignee.as_ref()?.id.0));
    let teams = names(|state| Some(state.conversation.team.as_ref()?.id.0));
    let snoozed = times(|state| state.conversation.snoozed_until);
    let waiting = times(|state| state.conversation.waiting_since);
    let reserved = times(|state| state.conversation.reserved_until);
    let statuses = states
        .iter()
        .map(|state| state.conversation.status.as_str());
    let statuses: Vec<&'static str> = statuses.collect();
    let opened = times(|state| Some(state.conversation.opened_at));
    let replied = times(|state| state.conversation.first_reply_at);
    let marks = states
        .iter()
        .map(|state| sla::text_of(&state.conversation.sla));
    let marks: Vec<Option<String>> = marks.collect::<Result<_, _>>()?;
    let tags = states.iter().map(|state| written(&state.conversation.tags));
    let tags: Vec<Option<String>> = tags.collect::<Result<_, _>>()?;
    let people = states
        .iter()
        .map(|state| written(&state.conversation.participants));
    let people: Vec<Option<String>> = people.collect::<Result<_, _>>()?;
    together.update(15, text, move |statement| {
        statement
            .bind::<Array<BigInt>, _>(ids)
            .bind::<Array<BigInt>, _>(seqs)
            .bind::<Array<Text>, _>(statuses)
            .bind::<Array<BigInt>, _>(unread)
            .bind::<Array<Nullable<BigInt>>, _>(assignees)
            .bind::<Array<Nullable<BigInt>>, _>(teams)
            .bind::<Array<BigInt>, _>(priorities)
            .bind::<Array<Nullable<SqlTimestamp>>, _>(snoozed)
            .bind::<Array<Nullable<SqlTimestamp>>, _>(waiting)
            .bind::<Array<Nullable<SqlTimestamp>>, _>(reserved)
            .bind::<Array<Nullable<SqlTimestamp>>, _>(opened)
            .bind::<Array<Nullable<SqlTimestamp>>, _>(replied)
            .bind::<Array<Nullable<Text>>, _>(marks)
            .bind::<Array<Nullable<Text>>, _>(tags)
            .bind::<Array<Nullable<Text>>, _>(people)
    });
    Ok(())
}
