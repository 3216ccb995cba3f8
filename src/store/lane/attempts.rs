//! Many messages on their way out: which POSTs may be made, and which of them the provider took, a transaction each.
//! Whatever is not plain (a doubt, a failure, a reaction, a status that was faster) goes one by one.

use std::collections::{BTreeMap, HashMap, HashSet};

use actors::event::Event;
use actors::model::contact::Identity;
use actors::model::ids::{AttemptId, ConversationId, JobId, MessageId, OrganizationId, SessionId};
use actors::model::node::Lease;
use actors::model::outbound::{Outcome, Parcel};
use actors::model::status::MessageStatus;
use actors::ports::store::{Begun, Receipt, StoreError};
use actors::time::Timestamp;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use diesel_async::RunQueryDsl;

use super::super::contact_identity::IdentityRow;
use super::super::db::{Conn, boxed, refused};
use super::super::kept::{kept, run};
use super::super::message::MessageRow;
use super::super::schema::{contact_identities, early_statuses, jobs, messages};
use super::super::{Store, field, lease};
use super::rows;
use crate::with_conn;

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

/// Lets the queued ones go; a None is to go one by one.
pub(super) async fn begin(
    conn: &mut Conn,
    store: &Store,
    begins: &[Begin],
) -> Result<Vec<Option<Result<Begun, StoreError>>>, StoreError> {
    let ids = begins.iter().map(|begin| begin.message.0).collect();
    let mut queued: HashMap<i64, MessageRow> = rows::lock(conn, ids)
        .await?
        .into_iter()
        .filter(|row| row.status == MessageStatus::Queued.as_str())
        .map(|row| (row.id, row))
        .collect();
    let mut held = HashMap::new();
    if begins.iter().any(|begin| begin.lease.is_some()) {
        let sessions = queued.values().map(|row| row.session_id).collect();
        held = lease::holders(conn, sessions).await?;
    }
    let contacts: HashSet<i64> = queued.values().map(|row| row.contact_id).collect();
    let names = names_of(conn, contacts).await?;
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
    save_attempts(conn, attempts).await?;
    Ok(results)
}

async fn names_of(
    conn: &mut Conn,
    contacts: HashSet<i64>,
) -> Result<HashMap<i64, Vec<Identity>>, StoreError> {
    let found: Vec<IdentityRow> = with_conn!(conn, |c| contact_identities::table
        .filter(contact_identities::contact_id.eq_any(contacts))
        .select(IdentityRow::as_select())
        .load(c)
        .await)?;
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

const BEGIN: &str = "UPDATE messages AS m SET status = $3, attempt_id = v.attempt \
    FROM UNNEST($1, $2) AS v (id, attempt) WHERE m.id = v.id";

async fn save_attempts(conn: &mut Conn, attempts: Vec<(i64, i64)>) -> Result<(), StoreError> {
    if attempts.is_empty() {
        return Ok(());
    }
    let status = MessageStatus::Sending.as_str();
    match conn {
        Conn::Sqlite(object) => object
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
            .map_err(refused),
        Conn::Postgres(object) => {
            let (ids, attempts): (Vec<i64>, Vec<i64>) = attempts.into_iter().unzip();
            let update = diesel::sql_query(BEGIN)
                .bind::<Array<BigInt>, _>(ids)
                .bind::<Array<BigInt>, _>(attempts)
                .bind::<Text, _>(status);
            kept(update)
                .execute(&mut **object)
                .await
                .map(drop)
                .map_err(refused)
        }
    }
}

/// Records which ones the provider took; a None is to go one by one.
pub(super) async fn settle(
    conn: &mut Conn,
    settles: &[&Settle],
) -> Result<Vec<Option<Result<Receipt, StoreError>>>, StoreError> {
    let mut results: Vec<Option<Result<Receipt, StoreError>>> = Vec::new();
    results.resize_with(settles.len(), || None);
    let ids = settles.iter().map(|settle| settle.message.0).collect();
    let mut sent: HashMap<i64, MessageRow> = rows::lock(conn, ids)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let mut taken: Vec<(usize, MessageRow)> = Vec::new();
    for (index, settle) in settles.iter().enumerate() {
        let Some(row) = sent.remove(&settle.message.0) else {
            continue;
        };
        taken.extend(accepted(settle, row).map(|row| (index, row)));
    }
    let early = early_of(conn, taken.iter().map(|(_, row)| row)).await?;
    taken.retain(|(_, row)| !early.contains(&name_of(row)));
    let mut done = Vec::new();
    let mut by_organization: BTreeMap<i64, Vec<(usize, MessageRow)>> = BTreeMap::new();
    for (index, row) in taken {
        done.push(settles[index].job.0);
        let group = by_organization.entry(row.organization_id).or_default();
        group.push((index, row));
    }
    if done.is_empty() {
        return Ok(results);
    }
    let gone = diesel::delete(jobs::table.filter(jobs::id.eq_any(done)));
    match conn {
        // One place per id in SQLite's text: another text for each number of them.
        Conn::Sqlite(object) => boxed(gone.execute(&mut **object)).await,
        Conn::Postgres(object) => boxed(kept(gone).execute(&mut **object)).await,
    }
    .map_err(refused)?;
    for (organization, group) in by_organization {
        let (indexes, rows): (Vec<usize>, Vec<MessageRow>) = group.into_iter().unzip();
        let told = rows::tell(conn, organization, rows, Event::MessageSent).await?;
        for (index, envelope) in indexes.into_iter().zip(told) {
            results[index] = Some(Ok(Receipt {
                envelopes: vec![envelope],
                jobs: false,
            }));
        }
    }
    Ok(results)
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

type Name = (i64, String);

fn name_of(row: &MessageRow) -> Name {
    (row.session_id, row.provider_id.clone().unwrap_or_default())
}

/// One transaction at a time decides about an id that may be in no row yet, as for a single status.
const LOCK: &str = "SELECT pg_advisory_xact_lock(k) FROM (SELECT hashtextextended(p, s) AS k \
    FROM UNNEST($1, $2) AS v (s, p) ORDER BY k) AS ordered";

/// Those whose statuses overtook the answer to the send.
async fn early_of(
    conn: &mut Conn,
    rows: impl Iterator<Item = &MessageRow>,
) -> Result<HashSet<Name>, StoreError> {
    let (sessions, ids): (Vec<i64>, Vec<String>) = rows.map(name_of).unzip();
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    if let Conn::Postgres(object) = conn {
        let lock = diesel::sql_query(LOCK)
            .bind::<Array<BigInt>, _>(sessions.clone())
            .bind::<Array<Text>, _>(ids.clone());
        kept(lock).execute(&mut **object).await.map_err(refused)?;
    }
    let found: Vec<Name> = with_conn!(conn, |c| early_statuses::table
        .filter(early_statuses::session_id.eq_any(&sessions))
        .filter(early_statuses::provider_id.eq_any(&ids))
        .select((early_statuses::session_id, early_statuses::provider_id))
        .load(c)
        .await)?;
    Ok(found.into_iter().collect())
}
