//! What this process is in the database: the installation's epoch, and the node number that its ids carry.
//! Numbers of processes that were silent for a while are given out again; their claimed jobs are freed.

use std::path::PathBuf;
use std::time::Duration;

use actors::id::IdSource;
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use secrecy::SecretString;

use super::db::{Conn, Db};
use super::schema::{installation, jobs, nodes};
use super::{Store, migrate as steps};
use crate::{in_tx, with_conn};

/// How often a node says that it lives.
pub const HEARTBEAT: Duration = Duration::from_secs(2);
/// A node that was silent for longer is taken for dead.
const DEAD_AFTER: Duration = Duration::from_secs(10);
/// Ids carry ten bits of node number.
const MOST_NODES: i64 = 1023;

/// Where the data lies.
#[derive(Clone, Debug)]
pub enum Place {
    /// A SQLite file.
    File(PathBuf),
    /// A PostgreSQL database.
    Server(SecretString),
}

impl Store {
    /// Opens the database, brings its tables to the present shape and takes a node number.
    pub async fn open(place: &Place, name: &str) -> Result<Self, StoreError> {
        migrate(place).await?;
        let (db, url) = match place {
            Place::File(path) => (Db::sqlite(path)?, None),
            Place::Server(url) => (Db::postgres(url)?, Some(url)),
        };
        let epoch = epoch(&db).await?;
        let node = take_number(&db, name).await?;
        let ids = IdSource::new(u16::try_from(node).unwrap_or(0));
        Self::new(db, url, ids, epoch, node)
    }

    /// Says that this node lives, and frees the jobs of those that do not.
    pub async fn heartbeat(&self) -> Result<(), StoreError> {
        let (now, node) = (Timestamp::now(), self.node());
        in_tx!(self.db(), |conn| {
            with_conn!(conn, |c| diesel::update(nodes::table.find(node))
                .set(nodes::seen_at.eq(now.naive()))
                .execute(c)
                .await)?;
            let silent = now - DEAD_AFTER;
            let dead: Vec<i64> = with_conn!(conn, |c| nodes::table
                .filter(nodes::seen_at.lt(silent.naive()))
                .select(nodes::number)
                .load(c)
                .await)?;
            if !dead.is_empty() {
                with_conn!(conn, |c| diesel::update(
                    jobs::table.filter(jobs::claimed_by.eq_any(&dead))
                )
                .set((
                    jobs::claimed_by.eq(None::<i64>),
                    jobs::run_at.eq(now.naive())
                ))
                .execute(c)
                .await)?;
                with_conn!(conn, |c| diesel::delete(
                    nodes::table.filter(nodes::number.eq_any(&dead))
                )
                .execute(c)
                .await)?;
            }
            Ok(())
        })
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let mut conn = self.db().read().await?;
        let _: i64 = with_conn!(&mut conn, |c| installation::table
            .select(installation::epoch)
            .first(c)
            .await)?;
        Ok(())
    }
}

/// Brings the tables at `place` to the present shape; tells how many steps were made.
pub async fn migrate(place: &Place) -> Result<usize, StoreError> {
    match place {
        Place::File(path) => {
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent)
                    .map_err(|error| StoreError::Unavailable(error.to_string()))?;
            }
            steps::sqlite(path).await
        }
        Place::Server(url) => steps::postgres(url).await,
    }
}

async fn epoch(db: &Db) -> Result<i64, StoreError> {
    in_tx!(db, |conn| {
        let now = Timestamp::now();
        with_conn!(conn, |c| diesel::insert_into(installation::table)
            .values((
                installation::id.eq(1_i64),
                installation::epoch.eq(now.millis() / 1000),
                installation::created_at.eq(now.naive()),
            ))
            .on_conflict_do_nothing()
            .execute(c)
            .await)?;
        with_conn!(conn, |c| installation::table
            .select(installation::epoch)
            .first(c)
            .await)
    })
}

async fn take_number(db: &Db, name: &str) -> Result<i64, StoreError> {
    in_tx!(db, |conn| {
        if let Conn::Postgres(object) = conn {
            // SQLite has one process, and its transaction holds the only writer.
            diesel::sql_query("LOCK TABLE nodes IN EXCLUSIVE MODE")
                .execute(&mut **object)
                .await
                .map_err(super::db::refused)?;
        }
        let now = Timestamp::now();
        let embedded = matches!(conn, Conn::Sqlite(_));
        let held: Vec<i64> = if embedded {
            Vec::new()
        } else {
            with_conn!(conn, |c| nodes::table
                .select(nodes::number)
                .order(nodes::number)
                .load(c)
                .await)?
        };
        let number = (1..=MOST_NODES)
            .find(|number| held.binary_search(number).is_err())
            .ok_or_else(|| StoreError::Unavailable("too many nodes".to_owned()))?;
        with_conn!(conn, |c| diesel::insert_into(nodes::table)
            .values((
                nodes::number.eq(number),
                nodes::name.eq(name),
                nodes::seen_at.eq(now.naive()),
            ))
            .on_conflict(nodes::number)
            .do_update()
            .set((nodes::name.eq(name), nodes::seen_at.eq(now.naive())))
            .execute(c)
            .await)?;
        Ok(number)
    })
}
