//! A batch on PostgreSQL: one statement per table for all of it, and statements that don't need each other's
//! answers on their way at once.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use actors::model::conversation::ConversationState;
use actors::ports::store::{InboundAppend, StoreError};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamp as SqlTimestamp};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::join;
use futures_util::join;

use super::super::keys::{Key, claim_all, give_back, key_of};
use super::super::sieve::{Results, Sieve, now_of, quoted};
use super::{Rows, conversation_ids};
use crate::store::bulk::Bulk;
use crate::store::db::{Conn, refused};
use crate::store::kept::kept;
use crate::store::schema::conversations;
use crate::store::{Store, event, message};

/// Appends all.
pub(super) async fn append(
    conn: &mut Conn,
    store: &Store,
    appends: &[Arc<InboundAppend>],
) -> Result<Results, StoreError> {
    let mut sieve = sift(pg(conn)?, appends).await?;
    if sieve.is_empty() {
        return Ok(sieve.into_results());
    }
    let mut rows = Rows {
        quotes: message::quotes(conn, &quoted(appends.iter().map(AsRef::as_ref))).await?,
        ..Rows::default()
    };
    for (organization, count) in sieve.counts(1) {
        let first = event::take_seqs(conn, organization, count).await?;
        sieve.number(organization, first, 1, |append, seq| {
            rows.add(store, append, seq)
        })?;
    }
    write(pg(conn)?, rows).await?;
    Ok(sieve.into_results())
}

/// The connection, which the caller knows to be PostgreSQL's.
fn pg(conn: &Conn) -> Result<&AsyncPgConnection, StoreError> {
    match conn {
        Conn::Postgres(object) => Ok(object),
        Conn::Sqlite(_) => Err(StoreError::Broken("not PostgreSQL".to_owned())),
    }
}

/// Locks the conversations and stores the keys in one go; that a conversation changed meanwhile is rare, and
/// its key is given back.
async fn sift<'a>(
    c: &AsyncPgConnection,
    appends: &'a [Arc<InboundAppend>],
) -> Result<Sieve<'a>, StoreError> {
    let keys: Vec<Key> = appends.iter().map(|append| key_of(append)).collect();
    // The server works in the order of sending: no key is stored before the conversations are locked.
    let (versions, claimed) = join(
        lock_versions(c, appends),
        claim_all(c, keys, now_of(appends)),
    )
    .await;
    let (mut claimed, mut sieve) = (claimed?, Sieve::current(appends, &versions?));
    let wanted: HashSet<Key> = sieve.keys().into_iter().collect();
    let stale = claimed.new.difference(&wanted).cloned().collect();
    give_back(c, stale).await?;
    claimed.new.retain(|key| wanted.contains(key));
    sieve.settle(&claimed);
    Ok(sieve)
}

async fn write(c: &AsyncPgConnection, rows: Rows) -> Result<(), StoreError> {
    let (messages, media, jobs, states, events) = join!(
        Bulk::insert(c, rows.messages),
        Bulk::insert(c, rows.media),
        Bulk::insert(c, rows.jobs),
        save_states(c, &rows.states),
        Bulk::insert(c, rows.events),
    );
    messages.and(media).and(jobs).and(states).and(events)
}

async fn lock_versions(
    c: &AsyncPgConnection,
    appends: &[Arc<InboundAppend>],
) -> Result<HashMap<i64, i64>, StoreError> {
    let query = conversations::table
        .filter(conversations::id.eq_any(conversation_ids(appends)))
        .order(conversations::id)
        .select((conversations::id, conversations::seq))
        .for_update();
    let mut shared = c;
    let found: Vec<(i64, i64)> = query.load(&mut shared).await.map_err(refused)?;
    Ok(found.into_iter().collect())
}

const SAVE_STATES: &str = "UPDATE conversations AS c SET seq = v.seq, status = v.status, \
    unread = v.unread, last_message_id = v.last_message_id, \
    last_inbound_provider_id = v.last_inbound_provider_id, \
    window_expires_at = v.window_expires_at, updated_at = v.updated_at \
    FROM UNNEST($1, $2, $3, $4, $5, $6, $7, $8) AS v (id, seq, status, unread, last_message_id, \
    last_inbound_provider_id, window_expires_at, updated_at) WHERE c.id = v.id";

async fn save_states(
    c: &AsyncPgConnection,
    states: &[Arc<ConversationState>],
) -> Result<(), StoreError> {
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
    let query = diesel::sql_query(SAVE_STATES)
        .bind::<Array<BigInt>, _>(of(|state| state.conversation.id.0))
        .bind::<Array<BigInt>, _>(of(|state| state.version))
        .bind::<Array<Text>, _>(statuses)
        .bind::<Array<BigInt>, _>(of(|state| i64::from(state.conversation.unread)))
        .bind::<Array<Nullable<BigInt>>, _>(last)
        .bind::<Array<Nullable<Text>>, _>(inbound)
        .bind::<Array<Nullable<SqlTimestamp>>, _>(windows)
        .bind::<Array<SqlTimestamp>, _>(updated);
    let mut shared = c;
    kept(query)
        .execute(&mut shared)
        .await
        .map(drop)
        .map_err(refused)
}
