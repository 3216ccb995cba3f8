//! Changes of known conversations, many in one transaction: what people do to them, and what lines give out.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use actors::event::{Audience, Envelope};
use actors::model::conversation::ConversationState;
use actors::model::status::MessageStatus;
use actors::ports::store::{ChangeWrite, Receipt, StoreError};
use actors::time::Timestamp;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::super::audit::AuditRow;
use super::super::bulk::Together;
use super::super::contact_identity::state_of;
use super::super::conversation::CareRow;
use super::super::db::{Conn, refused};
use super::super::job::JobRow;
use super::super::kept::{filled, kept, run};
use super::super::outbound::IdempotencyRow;
use super::super::queue::MoveRow;
use super::super::schema::{
    audit_log, conversations, events, jobs, messages, queue_moves, sla_breaches,
};
use super::super::sla::BreachRow;
use super::super::thread::lines_of;
use super::super::{Store, event, field, participant, queue, sla, tag};
use super::drafts::{Key, claim, versions};
use super::kind::{Kind, Results};
use super::postgres::{self, Entries, Outcomes};
use super::sieve::takes;
use crate::{in_tx, insert_each, with_conn};

/// How far the last lines came: ticks move without the actor, and what is told must not show older ones. Written out for each
/// database.
macro_rules! ticks {
    ($ids:expr) => {
        messages::table
            .filter(messages::id.eq_any($ids))
            .select((messages::id, messages::status))
    };
}

/// A conversation after its change.
pub(super) type Changed = (ConversationState, Receipt);

/// Changes of known conversations.
pub(super) struct Changes;

impl Kind for Changes {
    type Entry = Box<ChangeWrite>;
    type Done = Changed;

    async fn on_sqlite(
        conn: &mut Conn,
        store: &Store,
        entries: &[Box<ChangeWrite>],
    ) -> Result<Results<Changed>, StoreError> {
        let mut changing = Changing::of(entries);
        changing.leave_out_stale(&mut versions(conn, changing.conversations()).await?);
        changing.leave_out_used(&claim(conn, changing.keys()).await?);
        let ids = filled(changing.last_messages());
        let ticks: Vec<(i64, String)> = with_conn!(conn, |c| kept(ticks!(&ids)).load(c).await)?;
        changing.make(conn).await?;
        changing.show(&ticks_of(ticks)?);
        let mut rows = Rows::default();
        for (organization, count) in changing.counts() {
            // As late as possible: until the end of the transaction nobody else of the organization gets a number.
            let first = event::take_seqs(conn, organization, count).await?;
            changing.number(store, organization, first, &mut rows)?;
        }
        rows.write(conn).await?;
        Ok(changing.results)
    }

    fn among<'e, 'a>(entries: &'e mut Entries<'a>) -> &'e mut &'a [Box<ChangeWrite>] {
        &mut entries.changes
    }

    fn of(outcomes: &mut Outcomes) -> &mut Results<Changed> {
        &mut outcomes.changes
    }

    async fn alone(store: Store, write: Box<ChangeWrite>) -> Result<Changed, StoreError> {
        let alone = [write];
        let done = match store.is_embedded() {
            true => in_tx!(store.db(), |conn| {
                Self::on_sqlite(conn, &store, &alone).await
            }),
            false => {
                let entries = Entries {
                    changes: &alone,
                    ..Entries::default()
                };
                let outcomes = postgres::commit(&store, store.db(), entries).await;
                outcomes.map(|outcomes| outcomes.changes)
            }
        };
        if let Some(result) = done?.into_iter().next().flatten() {
            return result;
        }
        let state = &alone[0].state;
        let (organization, id) = (state.organization.0, state.conversation.id.0);
        let mut conn = store.db().read().await?;
        let known = state_of(&mut conn, organization, id).await?;
        Ok((known, Receipt::default()))
    }
}

/// Changes on their way: each or none of it is made.
pub(super) struct Changing<'a> {
    writes: &'a [Box<ChangeWrite>],
    /// A None's key was used before: alone, it hears how the conversation is now.
    pub results: Results<Changed>,
    /// Indexes of those that may be made.
    candidates: Vec<usize>,
    /// Those that are, and the conversations after them, without numbers yet.
    fresh: Vec<(usize, ConversationState)>,
    now: Timestamp,
}

impl<'a> Changing<'a> {
    pub fn of(writes: &'a [Box<ChangeWrite>]) -> Self {
        let (mut results, mut candidates) = (Vec::with_capacity(writes.len()), Vec::new());
        let (mut conversations, mut keys) = (HashSet::new(), HashSet::new());
        for (index, write) in writes.iter().enumerate() {
            if write.by.organization != write.state.organization {
                results.push(Some(Err(StoreError::NotFound)));
                continue;
            }
            results.push(Some(Err(StoreError::Conflict)));
            // Of two for one conversation, or with one key, the second is decided anew.
            let is_first = conversations.insert(write.state.conversation.id);
            if is_first && key_of(write).is_none_or(|key| keys.insert(key)) {
                candidates.push(index);
            }
        }
        Self {
            writes,
            results,
            candidates,
            fresh: Vec::new(),
            now: Timestamp::now(),
        }
    }

    fn all(&self) -> impl Iterator<Item = &'a ChangeWrite> + use<'a, '_> {
        let writes = self.writes;
        self.candidates.iter().map(|index| &*writes[*index])
    }

    pub fn conversations(&self) -> HashSet<i64> {
        self.all()
            .map(|write| write.state.conversation.id.0)
            .collect()
    }

    pub fn organizations(&self) -> BTreeSet<i64> {
        self.all().map(|write| write.state.organization.0).collect()
    }

    pub fn last_messages(&self) -> Vec<i64> {
        let last = |write: &ChangeWrite| Some(write.state.conversation.last_message.as_ref()?.id.0);
        self.all().filter_map(last).collect()
    }

    pub fn keys(&self) -> Vec<IdempotencyRow> {
        self.all()
            .filter_map(|write| key_row(write, self.now))
            .collect()
    }

    /// The keys of those that may be made.
    pub fn wanted(&self) -> HashSet<Key> {
        self.all().filter_map(key_of).collect()
    }

    /// Leaves those out whose conversation is not as who changed it believed it to be; the others take its version.
    pub fn leave_out_stale(&mut self, versions: &mut HashMap<i64, i64>) {
        let writes = self.writes;
        self.candidates.retain(|index| {
            let state = &writes[*index].state;
            takes(versions, state.conversation.id.0, state.version)
        });
    }

    /// Whether tags or people of a conversation change: they may have to be waited for.
    pub fn has_notes(&self) -> bool {
        self.all().any(has_notes)
    }

    /// Leaves those out whose key is not free.
    pub fn leave_out_used(&mut self, free: &HashSet<Key>) {
        let (writes, results) = (self.writes, &mut self.results);
        self.candidates.retain(|index| {
            let is_free = key_of(&writes[*index]).is_none_or(|key| free.contains(&key));
            if !is_free {
                results[*index] = None;
            }
            is_free
        });
    }

    /// Makes the conversations after their changes.
    pub async fn make(&mut self, conn: &mut Conn) -> Result<(), StoreError> {
        for index in std::mem::take(&mut self.candidates) {
            let write = &*self.writes[index];
            let mut next = ConversationState::clone(&write.state);
            write.change.apply(&mut next.conversation, self.now);
            note(conn, write, &next).await?;
            self.fresh.push((index, next));
        }
        Ok(())
    }

    /// Shows how far the last lines came.
    pub fn show(&mut self, ticks: &HashMap<i64, MessageStatus>) {
        for (_, next) in &mut self.fresh {
            if let Some(last) = &mut next.conversation.last_message
                && let Some(status) = ticks.get(&last.id.0)
            {
                last.status = *status;
            }
        }
    }

    /// How many are made of each organization.
    fn counts(&self) -> BTreeMap<i64, i64> {
        let mut counts = BTreeMap::new();
        for (_, next) in &self.fresh {
            *counts.entry(next.organization.0).or_default() += 1;
        }
        counts
    }

    /// Numbers those that are made, and makes what is written of them on PostgreSQL.
    pub fn number_all(
        &mut self,
        store: &Store,
        numbers: &mut BTreeMap<i64, i64>,
    ) -> Result<Together, StoreError> {
        let mut rows = Rows::default();
        for (organization, count) in self.counts() {
            let number = numbers.get_mut(&organization).ok_or(StoreError::NotFound)?;
            self.number(store, organization, *number + 1, &mut rows)?;
            *number += count;
        }
        rows.together()
    }

    /// Makes the rows of one organization's, numbered from `first`.
    fn number(
        &mut self,
        store: &Store,
        organization: i64,
        first: i64,
        rows: &mut Rows,
    ) -> Result<(), StoreError> {
        let theirs = self
            .fresh
            .extract_if(.., |(_, next)| next.organization.0 == organization);
        for (seq, (index, next)) in (first..).zip(theirs) {
            let made = rows.add(store, &self.writes[index], next, seq, self.now)?;
            self.results[index] = Some(Ok(made));
        }
        Ok(())
    }
}

/// Whether it may change by which tags and people the conversation is found.
const fn has_notes(write: &ChangeWrite) -> bool {
    let change = &write.change;
    !(change.add_tags.is_empty()
        && change.remove_tags.is_empty()
        && change.add_participants.is_empty()
        && change.remove_participants.is_empty())
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

/// How far these messages came, on PostgreSQL.
pub(super) async fn read_ticks(
    c: &AsyncPgConnection,
    ids: &[i64],
) -> Result<HashMap<i64, MessageStatus>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut shared = c;
    ticks_of(ticks!(ids).load(&mut shared).await.map_err(refused)?)
}

fn ticks_of(found: Vec<(i64, String)>) -> Result<HashMap<i64, MessageStatus>, StoreError> {
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

    fn together(self) -> Result<Together, StoreError> {
        let mut together = Together::default();
        together.insert(self.jobs);
        together.insert(self.audit);
        together.insert(self.moves);
        together.insert(self.breaches);
        together.insert(event::rows(&self.envelopes)?);
        together.change(self.states);
        Ok(together)
    }

    /// Writes them on SQLite.
    async fn write(self, conn: &mut Conn) -> Result<(), StoreError> {
        let events = event::rows(&self.envelopes)?;
        let object = conn.sqlite()?;
        object
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
            .map_err(refused)
    }
}
