//! The dedup keys: a message that the provider sends twice is stored once.

use std::collections::HashSet;
use std::sync::Arc;

use actors::ports::store::{InboundAppend, StoreError};
use actors::time::Timestamp;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text, Timestamp as SqlTimestamp};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::store::db::{Conn, refused};
use crate::store::kept::kept;
use crate::store::schema::dedup_keys;

/// A dedup key: the session and the provider's id.
pub(in crate::store) type Key = (i64, String);

/// What a placeholder's dedup key ends with: the real message has the same id and may come later.
pub(super) const PLACEHOLDER: &str = "#placeholder";

/// What became of keys that a batch wanted; those in neither were stored before.
#[derive(Debug, Default)]
pub(in crate::store) struct Claimed {
    /// Stored now.
    pub new: HashSet<Key>,
    /// Not stored: a placeholder announced them.
    pub announced: HashSet<Key>,
}

/// The dedup key of a message.
pub(super) fn key_of(append: &InboundAppend) -> Key {
    (append.key.session.0, append.message.provider_id.clone())
}

/// The dedup keys of a batch.
pub(super) fn keys_of(appends: &[Arc<InboundAppend>]) -> Vec<Key> {
    appends.iter().map(|append| key_of(append)).collect()
}

/// Stores the keys that are new.
pub(in crate::store) async fn claim(
    conn: &mut Conn,
    keys: Vec<Key>,
    now: Timestamp,
) -> Result<Claimed, StoreError> {
    match conn {
        Conn::Sqlite(object) => object
            .spawn_blocking(move |c| claim_each(c, keys, now))
            .await
            .map_err(refused),
        Conn::Postgres(object) => claim_all(&*object, keys, now).await,
    }
}

/// [`claim`] on SQLite.
pub(super) fn claim_each(
    c: &mut SqliteConnection,
    keys: Vec<Key>,
    now: Timestamp,
) -> QueryResult<Claimed> {
    let mut claimed = Claimed::default();
    for key in keys {
        let mark = format!("{}{PLACEHOLDER}", key.1);
        let hit: Option<i64> = diesel::RunQueryDsl::first(
            dedup_keys::table
                .find((key.0, mark))
                .select(dedup_keys::session_id),
            c,
        )
        .optional()?;
        if hit.is_some() {
            claimed.announced.insert(key);
            continue;
        }
        let insert = kept(
            diesel::insert_into(dedup_keys::table)
                .values((
                    dedup_keys::session_id.eq(key.0),
                    dedup_keys::key.eq(&key.1),
                    dedup_keys::created_at.eq(now.naive()),
                ))
                .on_conflict_do_nothing(),
        );
        if diesel::RunQueryDsl::execute(insert, c)? > 0 {
            claimed.new.insert(key);
        }
    }
    Ok(claimed)
}

/// One probe of the index per key, whatever the planner believes about a young table.
const CLAIM: &str = "INSERT INTO dedup_keys (session_id, key, created_at) \
    SELECT s, k, $3 FROM UNNEST($1, $2) AS v (s, k) WHERE (SELECT TRUE FROM dedup_keys AS d \
    WHERE d.session_id = v.s AND d.key = v.k || $4 LIMIT 1) IS NULL ORDER BY s, k \
    ON CONFLICT DO NOTHING RETURNING session_id, key";

const ANNOUNCED: &str = "SELECT v.s AS session_id, v.k AS key FROM UNNEST($1, $2) AS v (s, k) \
    CROSS JOIN LATERAL (SELECT 1 FROM dedup_keys AS d WHERE d.session_id = v.s \
    AND d.key = v.k || $3 LIMIT 1) AS hit";

const GIVE_BACK: &str = "DELETE FROM dedup_keys AS d USING UNNEST($1, $2) AS v (s, k) \
    WHERE d.session_id = v.s AND d.key = v.k";

#[derive(QueryableByName)]
struct KeyRow {
    #[diesel(sql_type = BigInt)]
    session_id: i64,
    #[diesel(sql_type = Text)]
    key: String,
}

/// [`claim`] on PostgreSQL.
pub(super) async fn claim_all(
    c: &AsyncPgConnection,
    keys: Vec<Key>,
    now: Timestamp,
) -> Result<Claimed, StoreError> {
    if keys.is_empty() {
        return Ok(Claimed::default());
    }
    let (sessions, texts): (Vec<i64>, Vec<String>) = keys.iter().cloned().unzip();
    let query = diesel::sql_query(CLAIM)
        .bind::<Array<BigInt>, _>(sessions)
        .bind::<Array<Text>, _>(texts)
        .bind::<SqlTimestamp, _>(now.naive())
        .bind::<Text, _>(PLACEHOLDER);
    let mut shared = c;
    let rows: Vec<KeyRow> = kept(query).load(&mut shared).await.map_err(refused)?;
    let new = set_of(rows);
    let old: Vec<Key> = keys.into_iter().filter(|key| !new.contains(key)).collect();
    let announced = match old.is_empty() {
        true => HashSet::new(),
        false => announced(c, old).await?,
    };
    Ok(Claimed { new, announced })
}

async fn announced(c: &AsyncPgConnection, keys: Vec<Key>) -> Result<HashSet<Key>, StoreError> {
    let (sessions, texts): (Vec<i64>, Vec<String>) = keys.into_iter().unzip();
    let query = diesel::sql_query(ANNOUNCED)
        .bind::<Array<BigInt>, _>(sessions)
        .bind::<Array<Text>, _>(texts)
        .bind::<Text, _>(PLACEHOLDER);
    let mut shared = c;
    let rows: Vec<KeyRow> = kept(query).load(&mut shared).await.map_err(refused)?;
    Ok(set_of(rows))
}

/// Takes keys back that were stored in the same transaction.
pub(super) async fn give_back(c: &AsyncPgConnection, keys: Vec<Key>) -> Result<(), StoreError> {
    if keys.is_empty() {
        return Ok(());
    }
    let (sessions, texts): (Vec<i64>, Vec<String>) = keys.into_iter().unzip();
    let query = diesel::sql_query(GIVE_BACK)
        .bind::<Array<BigInt>, _>(sessions)
        .bind::<Array<Text>, _>(texts);
    let mut shared = c;
    kept(query)
        .execute(&mut shared)
        .await
        .map(drop)
        .map_err(refused)
}

fn set_of(rows: Vec<KeyRow>) -> HashSet<Key> {
    rows.into_iter()
        .map(|row| (row.session_id, row.key))
        .collect()
}
