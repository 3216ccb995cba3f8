//! SQLite's connections, and the log that they share.

use std::fs::File;
use std::mem::ManuallyDrop;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use actors::ports::store::StoreError;
use diesel::result::Error as DieselError;
use diesel::sql_types::BigInt;
use diesel::{ConnectionError, QueryableByName, RunQueryDsl, SqliteConnection};
use diesel_async::pooled_connection::deadpool::Pool;
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
};
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use diesel_async::{AsyncConnection, SimpleAsyncConnection};
use futures_util::FutureExt;

use super::line::lend;
use super::place::Place;
use super::{Db, WARM, refused};

/// SQLite as an async connection.
pub type Sqlite = SyncConnectionWrapper<SqliteConnection, Place>;

/// Connections that read at the same time.
pub(super) const READERS: usize = 4;

/// What every connection is told: WAL, synced by the [`Syncer`](super::syncer) before anybody is told of a commit, so that it
/// survives a power cut. The log is written back
/// by [`Db::write_back`]; a commit that finds four times as much of it does so itself. A log that grew beyond 128 MiB, because
/// somebody else read for long, is cut to that when it begins anew.
const SETUP: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; \
    PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; \
    PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = 32000; \
    PRAGMA journal_size_limit = 134217728;";

/// What those are told besides that read lists and search: the file lies in their memory. After each commit they begin that
/// anew, which is more work than a single row is: who looks for one does without.
const MAPPED: &str = "PRAGMA mmap_size = 268435456";

/// Pages of the log (32 MiB) from which on it is written back: those that change often are written back once.
const LONG: i64 = 8_000;

/// How long the log is.
const LOOK: &str = "PRAGMA wal_checkpoint(NOOP)";
/// Writes back what no reader holds up, beside whoever reads and writes.
const WRITE_BACK: &str = "PRAGMA wal_checkpoint(PASSIVE)";

/// What SQLite says when the disk fails.
const DISK: &str = "disk I/O";

/// What came of a look at the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteBack {
    /// It was short.
    NotDue,
    Done,
    /// Somebody still reads what was there before, so it grows on.
    HeldUp,
}

/// In pages.
#[derive(QueryableByName)]
struct Log {
    #[diesel(sql_type = BigInt)]
    log: i64,
    /// How much of it is written back.
    #[diesel(sql_type = BigInt)]
    checkpointed: i64,
}

impl Log {
    const fn is_due(&self) -> bool {
        self.log >= LONG && self.checkpointed < self.log
    }
}

/// What the log is written back with, beside the writer.
pub struct Keeper {
    conn: Pool<Sqlite>,
    path: PathBuf,
    /// Never closed: a process that closes any descriptor of a file loses all its locks on it, SQLite's too.
    file: OnceLock<ManuallyDrop<File>>,
}

impl Keeper {
    /// For the file at `path`, with one connection to it.
    pub(super) const fn of(path: PathBuf, conn: Pool<Sqlite>) -> Self {
        Self {
            conn,
            path,
            file: OnceLock::new(),
        }
    }

    /// Makes what was written back so far last. SQLite leaves that to whoever writes back the end of the log.
    fn sync(&self) -> std::io::Result<()> {
        if self.file.get().is_none() {
            // Nobody else sets it: there is one task that writes back.
            let _ = self.file.set(ManuallyDrop::new(File::open(&self.path)?));
        }
        self.file.get().map_or(Ok(()), |file| file.sync_data())
    }
}

impl Db {
    /// Writes SQLite's log back into its file when it is long; says how that went. The writer, which is what everybody
    /// waits for, is asked for the last few pages only, so that the log begins anew: by itself SQLite does all of it, and
    /// the sync, within a commit, and that took 40 ms and more.
    pub async fn write_back(&self) -> Result<WriteBack, StoreError> {
        self.check()?;
        let done = self.write_log_back().await;
        if let (Self::Sqlite { syncer, .. }, Err(error)) = (self, &done)
            && error.to_string().contains(DISK)
        {
            // It may have been told what the syncer would not hear any more.
            syncer.fail(&error.to_string());
        }
        done
    }

    async fn write_log_back(&self) -> Result<WriteBack, StoreError> {
        let Self::Sqlite { writer, keeper, .. } = self else {
            return Ok(WriteBack::NotDue);
        };
        if !ask(&keeper.conn, LOOK).await?.is_due() {
            return Ok(WriteBack::NotDue);
        }
        // The second time there is what came during the first, which is little.
        for _ in 0..2 {
            ask(&keeper.conn, WRITE_BACK).await?;
            let keeper = Arc::clone(keeper);
            tokio::task::spawn_blocking(move || keeper.sync())
                .await
                .map_err(|error| StoreError::Broken(error.to_string()))?
                .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        }
        Ok(match ask(writer, WRITE_BACK).await?.is_due() {
            false => WriteBack::Done,
            true => WriteBack::HeldUp,
        })
    }
}

async fn ask(pool: &Pool<Sqlite>, pragma: &'static str) -> Result<Log, StoreError> {
    let mut object = lend(pool.get()).await?;
    object
        .spawn_blocking(move |conn| diesel::sql_query(pragma).get_result(conn))
        .await
        .map_err(refused)
}

/// Runs a whole transaction with SQLite's `writer` in one blocking call: three (begin, work, commit) cost as much as a
/// small transaction's work. [`Db::lasts`] says when it lasts.
pub async fn blocking_tx<R: Send + 'static>(
    writer: &Pool<Sqlite>,
    work: impl FnOnce(&mut SqliteConnection) -> Result<R, DieselError> + Send + 'static,
) -> Result<R, StoreError> {
    let mut object = lend(writer.get()).await?;
    object
        .spawn_blocking(|conn| conn.immediate_transaction(work))
        .await
        .map_err(refused)
}

/// Connections to the file at `url`.
pub(super) fn pool(url: &str, size: usize, mapped: bool) -> Result<Pool<Sqlite>, StoreError> {
    let mut config = ManagerConfig::default();
    config.recycling_method = RecyclingMethod::Fast;
    let setup = match mapped {
        true => format!("{SETUP} {MAPPED}"),
        false => SETUP.to_owned(),
    };
    config.custom_setup = Box::new(move |url| {
        let (url, setup) = (url.to_owned(), setup.clone());
        async move {
            let mut conn = Sqlite::establish(&url).await?;
            conn.batch_execute(&setup)
                .await
                .map_err(ConnectionError::CouldntSetupConfiguration)?;
            Ok(conn)
        }
        .boxed()
    });
    Pool::builder(AsyncDieselConnectionManager::new_with_config(url, config))
        .max_size(size)
        .queue_mode(WARM)
        .build()
        .map_err(|error| StoreError::Broken(error.to_string()))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// More than [`LONG`] pages of 4 KiB.
    const LARGE: &str = "INSERT INTO pieces VALUES (zeroblob(34000000))";

    /// A database of its own, removed with it.
    struct Fresh(Db, PathBuf);

    impl Fresh {
        async fn open(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
            std::fs::create_dir_all(&folder).expect("a folder");
            let db = Db::sqlite(&folder.join("hub.db")).expect("a database");
            let fresh = Self(db, folder);
            fresh.write("CREATE TABLE pieces (piece BLOB)").await;
            fresh
        }

        fn pools(&self) -> (&Pool<Sqlite>, &Pool<Sqlite>) {
            match &self.0 {
                Db::Sqlite { writer, keeper, .. } => (writer, &keeper.conn),
                Db::Postgres { .. } => unreachable!("it was opened as SQLite"),
            }
        }

        async fn write(&self, sql: &'static str) {
            let write =
                blocking_tx(self.pools().0, move |c| diesel::sql_query(sql).execute(c)).await;
            write.expect("written");
        }

        async fn write_back(&self) -> WriteBack {
            self.0.write_back().await.expect("looked")
        }

        async fn log(&self) -> Log {
            ask(self.pools().1, LOOK).await.expect("its length")
        }
    }

    impl Drop for Fresh {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.1);
        }
    }

    #[tokio::test]
    async fn a_long_log_is_written_back_and_begins_anew() {
        let fresh = Fresh::open("long-log").await;
        assert_eq!(fresh.write_back().await, WriteBack::NotDue);
        fresh.write(LARGE).await;
        assert!(fresh.log().await.is_due());
        assert_eq!(fresh.write_back().await, WriteBack::Done);
        let log = fresh.log().await;
        assert_eq!(log.checkpointed, log.log);
        assert_eq!(fresh.write_back().await, WriteBack::NotDue);
        fresh.write("INSERT INTO pieces VALUES ('short')").await;
        assert!(fresh.log().await.log < LONG, "it goes on at its end");
    }

    #[tokio::test]
    async fn what_a_reader_still_sees_stays_and_is_written_back_after_it() {
        let fresh = Fresh::open("held-log").await;
        fresh.write("INSERT INTO pieces VALUES ('old')").await;
        let mut reader = fresh.0.read().await.expect("a reader");
        let super::super::Conn::Sqlite(held) = &mut reader else {
            unreachable!("it was opened as SQLite");
        };
        let begun = held
            .batch_execute("BEGIN; SELECT count(*) FROM pieces")
            .await;
        begun.expect("a snapshot");
        fresh.write(LARGE).await;
        assert_eq!(fresh.write_back().await, WriteBack::HeldUp);
        assert!(
            fresh.log().await.is_due(),
            "the reader's pages were overwritten"
        );
        held.batch_execute("COMMIT").await.expect("done reading");
        assert_eq!(fresh.write_back().await, WriteBack::Done);
        assert!(!fresh.log().await.is_due());
    }
}
