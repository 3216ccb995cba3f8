//! A batch on PostgreSQL: one statement per table for all of it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use actors::model::conversation::ConversationState;
use actors::ports::store::{InboundAppend, StoreError};
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamp as SqlTimestamp};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::{Key, PLACEHOLDER, Results, Rows, Sieve, bulk, conversation_ids, now_of};
use crate::insert_all;
use crate::store::db::{Conn, refused};
use crate::store::schema::{conversations, jobs, media};
use crate::store::{Store, event, message};

/// Appends all.
pub(super) async fn append(
    conn: &mut Conn,
    store: &Store,
    appends: &[Arc<InboundAppend>],
) -> Result<Results, StoreError> {
    let versions = lock_versions(pg(conn)?, appends).await?;
    let mut sieve = Sieve::current(appends, &versions);
    let announced = announced(pg(conn)?, &sieve.keys()).await?;
    sieve.drop_announced(&announced);
    let new = insert_keys(pg(conn)?, sieve.keys(), now_of(appends)).await?;
    sieve.keep_new(&new);
    if sieve.fresh.is_empty() {
        return Ok(sieve.results);
    }
    let mut rows = Rows {
        quotes: message::quotes(conn, &sieve.quoted()).await?,
        ..Rows::default()
    };
    for (organization, indexes) in sieve.by_organization() {
        let count = i64::try_from(indexes.len()).unwrap_or(i64::MAX);
        let first = event::take_seqs(conn, organization, count).await?;
        sieve.number(store, &mut rows, indexes, first)?;
    }
    bulk::messages(pg(conn)?, rows.messages).await?;
    insert_all!(conn, media::table, rows.media)?;
    insert_all!(conn, jobs::table, rows.jobs)?;
    save_states(pg(conn)?, &rows.states).await?;
    bulk::events(pg(conn)?, rows.events).await?;
    Ok(sieve.results)
}

/// The connection, which the caller knows to be PostgreSQL's.
fn pg(conn: &mut Conn) -> Result<&mut AsyncPgConnection, StoreError> {
    match conn {
        Conn::Postgres(object) => Ok(&mut **object),
        Conn::Sqlite(_) => Err(StoreError::Broken("not PostgreSQL".to_owned())),
    }
}

async fn lock_versions(
    c: &mut AsyncPgConnection,
    appends: &[Arc<InboundAppend>],
) -> Result<HashMap<i64, i64>, StoreError> {
    let found: Vec<(i64, i64)> = conversations::table
        .filter(conversations::id.eq_any(conversation_ids(appends)))
        .order(conversations::id)
        .select((conversations::id, conversations::seq))
        .for_update()
        .load(c)
        .await
        .map_err(refused)?;
    Ok(found.into_iter().collect())
}

/// One probe of the index per key, whatever the planner believes about a young table.
const ANNOUNCED: &str = "SELECT v.s AS session_id, v.k AS key FROM UNNEST($1, $2) AS v (s, k) \
    CROSS JOIN LATERAL (SELECT 1 FROM dedup_keys AS d WHERE d.session_id = v.s AND d.key = v.k \
    LIMIT 1) AS hit";

pub(super) async fn announced(
    c: &mut AsyncPgConnection,
    keys: &[Key],
) -> Result<HashSet<Key>, StoreError> {
    let sessions: Vec<i64> = keys.iter().map(|(session, _)| *session).collect();
    let marks: Vec<String> = keys
        .iter()
        .map(|(_, id)| format!("{id}{PLACEHOLDER}"))
        .collect();
    let found: Vec<KeyRow> = diesel::sql_query(ANNOUNCED)
        .bind::<Array<BigInt>, _>(sessions)
        .bind::<Array<Text>, _>(marks)
        .load(c)
        .await
        .map_err(refused)?;
    Ok(found
        .into_iter()
        .filter_map(|row| {
            Some((
                row.session_id,
                row.key.strip_suffix(PLACEHOLDER)?.to_owned(),
            ))
        })
        .collect())
}

#[derive(QueryableByName)]
struct KeyRow {
    #[diesel(sql_type = BigInt)]
    session_id: i64,
    #[diesel(sql_type = Text)]
    key: String,
}

const INSERT_KEYS: &str = "INSERT INTO dedup_keys (session_id, key, created_at) \
    SELECT s, k, $3 FROM UNNEST($1, $2) AS v (s, k) ORDER BY s, k \
    ON CONFLICT DO NOTHING RETURNING session_id, key";

/// Stores the dedup keys; gives those that were new.
pub(super) async fn insert_keys(
    c: &mut AsyncPgConnection,
    keys: Vec<Key>,
    now: Timestamp,
) -> Result<HashSet<Key>, StoreError> {
    let (sessions, texts): (Vec<i64>, Vec<String>) = keys.into_iter().unzip();
    let rows: Vec<KeyRow> = diesel::sql_query(INSERT_KEYS)
        .bind::<Array<BigInt>, _>(sessions)
        .bind::<Array<Text>, _>(texts)
        .bind::<SqlTimestamp, _>(now.naive())
        .load(c)
        .await
        .map_err(refused)?;
    Ok(rows
        .into_iter()
        .map(|row| (row.session_id, row.key))
        .collect())
}

const SAVE_STATES: &str = "UPDATE conversations AS c SET seq = v.seq, status = v.status, \
    unread = v.unread, last_message_id = v.last_message_id, \
    last_inbound_provider_id = v.last_inbound_provider_id, \
    window_expires_at = v.window_expires_at, updated_at = v.updated_at \
    FROM UNNEST($1, $2, $3, $4, $5, $6, $7, $8) AS v (id, seq, status, unread, last_message_id, \
    last_inbound_provider_id, window_expires_at, updated_at) WHERE c.id = v.id";

async fn save_states(
    c: &mut AsyncPgConnection,
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
    diesel::sql_query(SAVE_STATES)
        .bind::<Array<BigInt>, _>(of(|state| state.conversation.id.0))
        .bind::<Array<BigInt>, _>(of(|state| state.version))
        .bind::<Array<Text>, _>(statuses)
        .bind::<Array<BigInt>, _>(of(|state| i64::from(state.conversation.unread)))
        .bind::<Array<Nullable<BigInt>>, _>(last)
        .bind::<Array<Nullable<Text>>, _>(inbound)
        .bind::<Array<Nullable<SqlTimestamp>>, _>(windows)
        .bind::<Array<SqlTimestamp>, _>(updated)
        .execute(c)
        .await
        .map(drop)
        .map_err(refused)
}
