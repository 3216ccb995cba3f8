//! What changes in the search index, and how it is written on each database.

use std::collections::{BTreeMap, BTreeSet};

use actors::ports::store::StoreError;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use diesel_async::RunQueryDsl;

use super::entry::{Entry, SourceRow, entries};
use super::slice::{self, Id};
use super::vocabulary;
use crate::store::db::{Conn, boxed, refused};
use crate::store::kept::{kept, run};

/// What changes in the index.
#[derive(Default)]
pub(super) struct Change {
    /// Messages that are indexed already, in what may be another shape.
    old: Vec<i64>,
    /// Those of them that nobody may find any more.
    gone: Vec<i64>,
    entries: Vec<Entry>,
}

/// Which of these messages are indexed.
pub(super) async fn known(conn: &mut Conn, ids: &[i64]) -> Result<BTreeSet<i64>, StoreError> {
    if ids.is_empty() {
        return Ok(BTreeSet::new());
    }
    let found: Vec<Id> = match conn {
        Conn::Sqlite(object) => {
            let ids = serde_json::to_string(ids)
                .map_err(|error| StoreError::Broken(error.to_string()))?;
            const KNOWN: &str = "SELECT s.rowid AS id FROM json_each($1) AS wanted \
                CROSS JOIN message_search AS s ON s.rowid = wanted.value";
            let query = kept(diesel::sql_query(KNOWN).bind::<Text, _>(ids));
            boxed(query.load(&mut **object)).await
        }
        Conn::Postgres(object) => {
            const KNOWN: &str =
                "SELECT message_id AS id FROM message_search WHERE message_id = ANY($1)";
            let query = kept(diesel::sql_query(KNOWN).bind::<Array<BigInt>, _>(ids));
            boxed(query.load(&mut **object)).await
        }
    }
    .map_err(refused)?;
    Ok(found.into_iter().map(|row| row.id).collect())
}

impl Change {
    /// What brings the entries of the messages `ids` to what their `rows` say; those `known` are there already.
    pub async fn of(
        conn: &mut Conn,
        ids: &[i64],
        known: &BTreeSet<i64>,
        rows: Vec<SourceRow>,
    ) -> Result<Self, StoreError> {
        let entries = entries(conn, &rows).await?;
        let there: BTreeSet<i64> = entries.iter().map(|entry| entry.message).collect();
        let old = ids.iter().copied().filter(|id| known.contains(id));
        let old: Vec<i64> = old.collect();
        let gone = old.iter().copied().filter(|id| !there.contains(id));
        Ok(Self {
            gone: gone.collect(),
            old,
            entries,
        })
    }

    pub async fn write(self, conn: &mut Conn) -> Result<(), StoreError> {
        match conn {
            Conn::Sqlite(object) => {
                let work = object.spawn_blocking(move |c| self.replace(c));
                work.await.map_err(refused)
            }
            Conn::Postgres(object) => {
                remove(object, self.gone).await?;
                let mut parts: BTreeMap<i64, Vec<Entry>> = BTreeMap::new();
                for entry in self.entries {
                    parts.entry(entry.organization).or_default().push(entry);
                }
                for (organization, part) in parts {
                    slice::write(object, organization, part, &self.old).await?;
                }
                Ok(())
            }
        }
    }

    /// [`Change::write`] on SQLite.
    pub fn replace(self, c: &mut SqliteConnection) -> QueryResult<()> {
        for id in self.gone {
            let query = diesel::sql_query("DELETE FROM message_search WHERE rowid = $1");
            run(query.bind::<BigInt, _>(id), c)?;
        }
        vocabulary::learn(&self.entries, c)?;
        for entry in self.entries {
            let query = diesel::sql_query(
                "INSERT OR REPLACE INTO message_search (rowid, words) VALUES ($1, $2)",
            );
            let query = query
                .bind::<BigInt, _>(entry.message)
                .bind::<Text, _>(entry.words);
            run(query, c)?;
        }
        Ok(())
    }
}

async fn remove(c: &mut diesel_async::AsyncPgConnection, gone: Vec<i64>) -> Result<(), StoreError> {
    if gone.is_empty() {
        return Ok(());
    }
    let query = diesel::sql_query("DELETE FROM message_search WHERE message_id = ANY($1)");
    let query = kept(query.bind::<Array<BigInt>, _>(gone));
    boxed(query.execute(c)).await.map(drop).map_err(refused)
}
