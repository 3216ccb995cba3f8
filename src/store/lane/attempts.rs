//! Many messages on their way out: which POSTs may be made, and which of them the provider took.
//! Whatever is not plain (a doubt, a failure, a reaction, a status that was faster) goes one by one.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use actors::event::{Envelope, Event};
use actors::model::contact::Identity;
use actors::model::ids::{AttemptId, ConversationId, JobId, MessageId, OrganizationId, SessionId};
use actors::model::node::Lease;
use actors::model::outbound::{Outcome, Parcel};
use actors::model::status::MessageStatus;
use actors::ports::store::{Begun, Receipt, StoreError};
use actors::time::Timestamp;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::join;

use super::super::bulk::Together;
use super::super::contact_identity::IdentityRow;
use super::super::db::{Conn, refused};
use super::super::kept::{filled, kept, run};
use super::super::message::{self, MessageRow};
use super::super::pipeline::first_cause;
use super::super::schema::{contact_identities, early_statuses, jobs, messages};
use super::super::{Store, field, lease};
use super::kind::{Kind, Results};
use super::postgres::{Entries, Outcomes};
use super::rows;
use crate::with_conn;

/// Which of these names have statuses that overtook the answer to the send; written out for each database.
macro_rules! early {
    ($sessions:expr, $ids:expr) => {
        early_statuses::table
            .filter(early_statuses::session_id.eq_any($sessions))
            .filter(early_statuses::provider_id.eq_any($ids))
            .select((early_statuses::session_id, early_statuses::provider_id))
    };
}

/// A message whose turn it is.
#[derive(Clone, Copy)]
pub(in crate::store) struct Begin {
    pub job: JobId,
    pub message: MessageId,
    /// Under which it is sent; None when there is only one node.
    pub lease: Option<Lease>,
}

/// How a POST ended.
pub(in crate::store) struct Settle {
    pub job: JobId,
    pub message: MessageId,
    pub attempt: AttemptId,
    pub outcome: Outcome,
    pub retry_at: Option<Timestamp>,
}

impl Settle {
    /// Whether it takes the short way: the provider took the message.
    pub const fn is_plain(&self) -> bool {
        matches!(self.outcome, Outcome::Accepted { .. })
    }
}

/// Messages whose turn it is.
pub(super) struct Begins;

impl Kind for Begins {
    type Entry = Begin;
    type Done = Begun;

    async fn on_sqlite(
        conn: &mut Conn,
        store: &Store,
        entries: &[Begin],
    ) -> Result<Results<Begun>, StoreError> {
        let rows = rows::read(conn, messages_of(entries)).await?;
        let held = match entries.iter().any(|begin| begin.lease.is_some()) {
            true => {
                let sessions = rows.iter().map(|row| row.session_id);
                lease::holders(conn, sessions.collect()).await?
            }
            false => HashMap::new(),
        };
        let contacts = filled(rows.iter().map(|row| row.contact_id));
        let names: Vec<IdentityRow> = with_conn!(conn, |c| kept(
            contact_identities::table
                .filter(contact_identities::contact_id.eq_any(&contacts))
                .select(IdentityRow::as_select())
        )
        .load(c)
        .await)?;
        let (results, attempts) = let_go(store, entries, rows, (&held, by_contact(names)?))?;
        save_each(conn, attempts).await?;
        Ok(results)
    }

    fn among<'e, 'a>(entries: &'e mut Entries<'a>) -> &'e mut &'a [Begin] {
        &mut entries.begins
    }

    fn of(outcomes: &mut Outcomes) -> &mut Results<Begun> {
        &mut outcomes.begins
    }

    async fn alone(store: Store, begin: Begin) -> Result<Begun, StoreError> {
        store.begin(begin).await
    }
}

/// What is asked on PostgreSQL about messages whose turn it is: who holds their numbers, and whom they are for.
#[derive(Default)]
pub(super) struct Way {
    held: HashMap<i64, Lease>,
    names: HashMap<i64, Vec<Identity>>,
}

impl Way {
    /// For these.
    pub async fn of(c: &AsyncPgConnection, begins: &[Begin]) -> Result<Self, StoreError> {
        let ids = messages_of(begins);
        let held = async {
            match begins.iter().any(|begin| begin.lease.is_some()) {
                true => lease::holders_for(c, &ids).await,
                false => Ok(HashMap::new()),
            }
        };
        let names = async {
            match begins.is_empty() {
                true => Ok(Vec::new()),
                false => names_of(c, &ids).await,
            }
        };
        let (held, names) = join!(held, names);
        first_cause([held.as_ref().err(), names.as_ref().err()])?;
        Ok(Self {
            held: held?,
            names: by_contact(names?)?,
        })
    }

    /// Which of them may go, and what is written of those.
    pub fn let_go(
        self,
        store: &Store,
        begins: &[Begin],
        rows: Vec<MessageRow>,
    ) -> Result<(Results<Begun>, Together), StoreError> {
        let (results, attempts) = let_go(store, begins, rows, (&self.held, self.names))?;
        let mut together = Together::default();
        save_together(attempts, &mut together);
        Ok((results, together))
    }
}

/// The messages of these.
pub(super) fn messages_of(begins: &[Begin]) -> Vec<i64> {
    begins.iter().map(|begin| begin.message.0).collect()
}

/// Message and attempt.
type Attempt = (i64, i64);

/// Which of the messages are queued and may go, and under which attempts.
fn let_go(
    store: &Store,
    begins: &[Begin],
    rows: Vec<MessageRow>,
    (held, names): (&HashMap<i64, Lease>, HashMap<i64, Vec<Identity>>),
) -> Result<(Results<Begun>, Vec<Attempt>), StoreError> {
    let queued = rows
        .into_iter()
        .filter(|row| row.status == MessageStatus::Queued.as_str());
    let mut queued: HashMap<i64, MessageRow> = queued.map(|row| (row.id, row)).collect();
    let (mut results, mut attempts) = (Vec::with_capacity(begins.len()), Vec::new());
    for begin in begins {
        let Some(row) = queued.remove(&begin.message.0) else {
            results.push(None);
            continue;
        };
        if let Some(lease) = begin.lease
            && held.get(&row.session_id) != Some(&lease)
        {
            results.push(Some(Ok(Begun::Elsewhere)));
            continue;
        }
        let attempt = AttemptId(store.next_id());
        attempts.push((row.id, attempt.0));
        let to = names.get(&row.contact_id).cloned().unwrap_or_default();
        results.push(Some(Ok(Begun::Go(Parcel {
            organization: OrganizationId(row.organization_id),
            session: SessionId(row.session_id),
            conversation: ConversationId(row.conversation_id),
            message: begin.message,
            attempt,
            to,
            kind: row.kind,
            content: field::json(row.content)?,
            // A reaction names its target inside, not as a quote.
            reply_to: row.reply_to.filter(|_| !row.hidden),
        }))));
    }
    Ok((results, attempts))
}

/// The names of whom these messages are for.
const NAMES: &str = "SELECT i.organization_id, i.lookup_key, i.kind, i.value, i.contact_id \
    FROM (SELECT DISTINCT m.contact_id FROM messages AS m WHERE m.id = ANY($1) AND m.id BETWEEN $2 AND $3) AS m \
    CROSS JOIN LATERAL (SELECT * FROM contact_identities AS c WHERE c.contact_id = m.contact_id) AS i";

async fn names_of(c: &AsyncPgConnection, ids: &[i64]) -> Result<Vec<IdentityRow>, StoreError> {
    let (first, last) = message::span(ids);
    let query = diesel::sql_query(NAMES)
        .bind::<Array<BigInt>, _>(ids)
        .bind::<BigInt, _>(first)
        .bind::<BigInt, _>(last);
    let mut shared = c;
    kept(query).load(&mut shared).await.map_err(refused)
}

fn by_contact(found: Vec<IdentityRow>) -> Result<HashMap<i64, Vec<Identity>>, StoreError> {
    let mut names: HashMap<i64, Vec<Identity>> = HashMap::new();
    for row in found {
        let contact = row.contact_id;
        names.entry(contact).or_default().push(row.identity()?);
    }
    for names in names.values_mut() {
        names.sort();
    }
    Ok(names)
}

async fn save_each(conn: &mut Conn, attempts: Vec<Attempt>) -> Result<(), StoreError> {
    let object = conn.sqlite()?;
    let status = MessageStatus::Sending.as_str();
    object
        .spawn_blocking(move |c| {
            for (id, attempt) in attempts {
                let update = diesel::update(messages::table.find(id)).set((
                    messages::status.eq(status),
                    messages::attempt_id.eq(Some(attempt)),
                ));
                run(update, c)?;
            }
            Ok(())
        })
        .await
        .map_err(refused)
}

fn save_together(attempts: Vec<Attempt>, last: &mut Together) {
    if attempts.is_empty() {
        return;
    }
    let text = |places: &str| {
        format!(
            "UPDATE messages AS m SET status = '{}', attempt_id = v.attempt \
            FROM UNNEST({places}) AS v (id, attempt) WHERE m.id = v.id",
            MessageStatus::Sending.as_str()
        )
    };
    let (ids, attempts): (Vec<i64>, Vec<i64>) = attempts.into_iter().unzip();
    last.update(2, text, |statement| {
        statement
            .bind::<Array<BigInt>, _>(ids)
            .bind::<Array<BigInt>, _>(attempts)
    });
}

/// POSTs that the provider answered.
pub(super) struct Settles;

impl Kind for Settles {
    type Entry = Box<Settle>;
    type Done = Receipt;

    async fn on_sqlite(
        conn: &mut Conn,
        _store: &Store,
        entries: &[Box<Settle>],
    ) -> Result<Results<Receipt>, StoreError> {
        let ids = entries.iter().map(|settle| settle.message.0).collect();
        let mut taken = Taken::of(entries, rows::read(conn, ids).await?);
        let (sessions, ids) = taken.names();
        if !ids.is_empty() {
            let (sessions, ids) = (filled(sessions), filled(ids));
            let early: Vec<Name> = with_conn!(conn, |c| kept(early!(sessions, ids)).load(c).await)?;
            taken.leave_out(early);
        }
        let done = taken.jobs(entries);
        if done.is_empty() {
            return Ok(taken.results);
        }
        let gone = diesel::delete(jobs::table.filter(jobs::id.eq_any(filled(done))));
        conn.sqlite()?
            .spawn_blocking(move |c| run(gone, c))
            .await
            .map_err(refused)?;
        let mut by_organization: BTreeMap<i64, Vec<(usize, MessageRow)>> = BTreeMap::new();
        for (index, row) in std::mem::take(&mut taken.rows) {
            let group = by_organization.entry(row.organization_id).or_default();
            group.push((index, row));
        }
        for (organization, group) in by_organization {
            let (indexes, rows): (Vec<usize>, Vec<MessageRow>) = group.into_iter().unzip();
            let told = rows::tell(conn, organization, rows, Event::MessageSent).await?;
            taken.note(indexes, told);
        }
        Ok(taken.results)
    }

    fn among<'e, 'a>(entries: &'e mut Entries<'a>) -> &'e mut &'a [Box<Settle>] {
        &mut entries.settles
    }

    fn of(outcomes: &mut Outcomes) -> &mut Results<Receipt> {
        &mut outcomes.settles
    }

    async fn alone(store: Store, settle: Box<Settle>) -> Result<Receipt, StoreError> {
        store.settle(&settle).await
    }
}

/// The messages that the provider took, each with the index of what tells so.
pub(super) struct Taken {
    pub rows: Vec<(usize, MessageRow)>,
    pub results: Results<Receipt>,
}

impl Taken {
    /// `rows` are the messages that were sent.
    pub fn of(settles: &[Box<Settle>], rows: Vec<MessageRow>) -> Self {
        let mut results: Results<Receipt> = Vec::new();
        results.resize_with(settles.len(), || None);
        let mut sent: HashMap<i64, MessageRow> =
            rows.into_iter().map(|row| (row.id, row)).collect();
        let mut rows = Vec::new();
        for (index, settle) in settles.iter().enumerate() {
            let Some(row) = sent.remove(&settle.message.0) else {
                continue;
            };
            rows.extend(accepted(settle, row).map(|row| (index, row)));
        }
        Self { rows, results }
    }

    /// The numbers and the provider's ids.
    pub fn names(&self) -> (Vec<i64>, Vec<String>) {
        self.rows.iter().map(|(_, row)| name_of(row)).unzip()
    }

    /// Leaves those to be done one by one whose statuses overtook the answer to the send.
    pub fn leave_out(&mut self, early: Vec<Name>) {
        let early: HashSet<Name> = early.into_iter().collect();
        self.rows.retain(|(_, row)| !early.contains(&name_of(row)));
    }

    /// The jobs that are done with them.
    pub fn jobs(&self, settles: &[Box<Settle>]) -> Vec<i64> {
        let jobs = self.rows.iter().map(|(index, _)| settles[*index].job.0);
        jobs.collect()
    }

    /// Notes what was told of them.
    pub fn note(&mut self, indexes: Vec<usize>, told: Vec<Arc<Envelope>>) {
        for (index, envelope) in indexes.into_iter().zip(told) {
            self.results[index] = Some(Ok(Receipt {
                envelopes: vec![envelope],
                jobs: false,
            }));
        }
    }
}

/// The row after the provider took its message, when that is all that happened to it.
fn accepted(settle: &Settle, row: MessageRow) -> Option<MessageRow> {
    let Outcome::Accepted { provider_id } = &settle.outcome else {
        return None;
    };
    let is_plain = row.attempt_id == Some(settle.attempt.0)
        && row.provider_id.is_none()
        && row.status == MessageStatus::Sending.as_str()
        && !row.hidden;
    is_plain.then(|| MessageRow {
        status: MessageStatus::Sent.as_str().to_owned(),
        provider_id: Some(provider_id.clone()),
        error: None,
        ..row
    })
}

/// A number and the provider's id.
pub(super) type Name = (i64, String);

fn name_of(row: &MessageRow) -> Name {
    (row.session_id, row.provider_id.clone().unwrap_or_default())
}

/// One transaction at a time decides about an id that may be in no row yet, as for a single status.
const LOCK: &str = "SELECT pg_advisory_xact_lock(k) FROM (SELECT hashtextextended(p, s) AS k \
    FROM UNNEST($1, $2) AS v (s, p) ORDER BY k) AS ordered";

pub(super) async fn lock_names(
    c: &AsyncPgConnection,
    (sessions, ids): (Vec<i64>, Vec<String>),
) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    let lock = diesel::sql_query(LOCK)
        .bind::<Array<BigInt>, _>(sessions)
        .bind::<Array<Text>, _>(ids);
    let mut shared = c;
    let locked = kept(lock).execute(&mut shared).await;
    locked.map(drop).map_err(refused)
}

/// Of which of them statuses overtook the answer to the send, on PostgreSQL.
pub(super) async fn early_of(
    c: &AsyncPgConnection,
    (sessions, ids): (Vec<i64>, Vec<String>),
) -> Result<Vec<Name>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut shared = c;
    let found = early!(sessions, ids).load(&mut shared).await;
    found.map_err(refused)
}
