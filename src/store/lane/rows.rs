//! The message rows of a batch: locked together, told of together.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use actors::event::{Audience, Envelope};
use actors::model::conversation::Conversation;
use actors::model::ids::OrganizationId;
use actors::model::message::Message;
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::super::attempt::Tell;
use super::super::bulk::Together;
use super::super::conversation::Loaded;
use super::super::db::{Conn, boxed, refused};
use super::super::kept::{filled, kept, run};
use super::super::message::{self, MessageRow};
use super::super::schema::messages;
use super::super::{conversation, event};
use crate::with_conn;

/// The rows of these ids in the order of their ids; written out for each database.
macro_rules! rows {
    ($ids:expr) => {{
        let (first, last) = message::span($ids);
        messages::table
            .filter(messages::id.eq_any($ids))
            .filter(messages::id.between(first, last))
            .order(messages::id)
            .select(MessageRow::as_select())
    }};
}

/// The rows of these ids on SQLite, which has one writer.
pub(super) async fn read(conn: &mut Conn, ids: Vec<i64>) -> Result<Vec<MessageRow>, StoreError> {
    let ids = filled(ids);
    with_conn!(conn, |c| kept(rows!(&ids)).load(c).await)
}

/// The rows of these ids on PostgreSQL, locked in their order.
pub(super) async fn lock(
    c: &AsyncPgConnection,
    ids: &[i64],
) -> Result<Vec<MessageRow>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut shared = c;
    let locked = rows!(ids).for_update().load(&mut shared);
    boxed(locked).await.map_err(refused)
}

/// Numbers and writes rows of one organization whose status changed, and stores the events that tell of them, in the same
/// order. What an actor decides on is read after the organization's numbers are taken: nobody changes it until they are
/// stored, so no list row goes back behind one that was told before.
pub(super) async fn tell(
    conn: &mut Conn,
    organization: i64,
    rows: Vec<MessageRow>,
    how: Tell,
) -> Result<Vec<Arc<Envelope>>, StoreError> {
    let views = message::views(conn, rows.clone()).await?;
    let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let first = event::take_seqs(conn, organization, count).await?;
    let threads = conversation::load(conn, organization, &conversations_of(&rows)).await?;
    let threads = threads.into_iter().map(|thread| (thread.id.0, thread));
    let threads: HashMap<i64, Conversation> = threads.collect();
    let now = Timestamp::now();
    let mut envelopes = Vec::with_capacity(rows.len());
    for ((seq, row), view) in (first..).zip(&rows).zip(views) {
        let thread = threads.get(&row.conversation_id).filter(|thread| {
            let last = thread.last_message.as_ref();
            last.is_some_and(|last| last.id == view.id)
        });
        let thread = thread.cloned();
        envelopes.push(told(row.organization_id, seq, view, thread, (how, now)));
    }
    save(conn, rows, &envelopes).await?;
    event::store(conn, &envelopes).await?;
    Ok(envelopes)
}

/// What is told of a message whose status changed; `thread` is its conversation when that shows it.
fn told(
    organization: i64,
    seq: i64,
    mut view: Message,
    thread: Option<Conversation>,
    (how, now): (Tell, Timestamp),
) -> Arc<Envelope> {
    view.seq = seq;
    let row = thread.map(|mut thread| {
        thread.seq = seq;
        thread.last_message = Some(message::last_of(&view));
        Arc::new(thread)
    });
    Arc::new(Envelope {
        organization: OrganizationId(organization),
        seq,
        at: now,
        audience: Audience::Everyone,
        event: how(Arc::new(view)),
        row,
    })
}

fn conversations_of(rows: &[MessageRow]) -> Vec<i64> {
    let mut ids: Vec<i64> = rows.iter().map(|row| row.conversation_id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

async fn save(
    conn: &mut Conn,
    rows: Vec<MessageRow>,
    envelopes: &[Arc<Envelope>],
) -> Result<(), StoreError> {
    let object = conn.sqlite()?;
    let seqs: Vec<i64> = envelopes.iter().map(|envelope| envelope.seq).collect();
    object
        .spawn_blocking(move |c| {
            for (row, seq) in rows.into_iter().zip(seqs) {
                let update = diesel::update(messages::table.find(row.id)).set((
                    messages::seq.eq(seq),
                    messages::status.eq(row.status),
                    messages::error.eq(row.error),
                    messages::provider_id.eq(row.provider_id),
                ));
                run(update, c)?;
            }
            Ok(())
        })
        .await
        .map_err(refused)
}

/// What is read on PostgreSQL of the conversations of rows whose status changes, behind the lock of the organizations' numbers, for
/// the reason that [`tell`] names.
pub(super) struct Scene {
    threads: HashMap<i64, Loaded>,
}

impl Scene {
    /// For these rows.
    pub async fn of(c: &AsyncPgConnection, rows: &[MessageRow]) -> Result<Self, StoreError> {
        if rows.is_empty() {
            return Ok(Self {
                threads: HashMap::new(),
            });
        }
        let organizations: BTreeSet<i64> = rows.iter().map(|row| row.organization_id).collect();
        let theirs: Vec<i64> = organizations.into_iter().collect();
        let threads = conversation::load_at_once(c, &theirs, &conversations_of(rows)).await?;
        let threads = threads.into_iter();
        Ok(Self {
            threads: threads.map(|thread| (thread.view.id.0, thread)).collect(),
        })
    }

    /// Numbers the rows, and adds to a change of the transaction what is written of them and what tells of them, in the
    /// same order. `views` are the rows' messages.
    pub fn tell(
        &self,
        rows: Vec<MessageRow>,
        views: Vec<Message>,
        how: Tell,
        numbers: &mut BTreeMap<i64, i64>,
        together: &mut Together,
    ) -> Result<Vec<Arc<Envelope>>, StoreError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let now = Timestamp::now();
        let mut envelopes = Vec::with_capacity(rows.len());
        for (row, view) in rows.iter().zip(views) {
            let number = numbers.get_mut(&row.organization_id);
            let number = number.ok_or(StoreError::NotFound)?;
            *number += 1;
            let thread = self.threads.get(&row.conversation_id);
            let shown = thread.filter(|thread| {
                thread.row.organization_id == row.organization_id
                    && thread.row.last_message_id == Some(row.id)
            });
            let thread = shown.map(|thread| thread.view.clone());
            envelopes.push(told(row.organization_id, *number, view, thread, (how, now)));
        }
        save_together(rows, &envelopes, together);
        together.insert(event::rows(&envelopes)?);
        Ok(envelopes)
    }
}

fn save_together(rows: Vec<MessageRow>, envelopes: &[Arc<Envelope>], last: &mut Together) {
    // Finds each row by its id, in its partition only. (Told between which the ids lie, as elsewhere, the planner reads all
    // rows between: six times as long.)
    let text = |places: &str| {
        format!(
            "UPDATE messages AS m SET seq = v.seq, status = v.status, error = v.error, \
            provider_id = v.provider_id FROM UNNEST({places}) \
            AS v (id, seq, status, error, provider_id) WHERE m.id = v.id"
        )
    };
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let seqs: Vec<i64> = envelopes.iter().map(|envelope| envelope.seq).collect();
    let (mut statuses, mut errors, mut provider_ids) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        statuses.push(row.status);
        errors.push(row.error);
        provider_ids.push(row.provider_id);
    }
    last.update(5, text, move |statement| {
        statement
            .bind::<Array<BigInt>, _>(ids)
            .bind::<Array<BigInt>, _>(seqs)
            .bind::<Array<Text>, _>(statuses)
            .bind::<Array<Nullable<Text>>, _>(errors)
            .bind::<Array<Nullable<Text>>, _>(provider_ids)
    });
}
