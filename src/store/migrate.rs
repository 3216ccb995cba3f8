//! Brings the database's tables to the present shape; the twins under `migrations/` are part of the binary.

use std::path::Path;

use actors::ports::store::StoreError;
use actors::time::Timestamp;
use diesel::{Connection, SqliteConnection};
use diesel_async::{AsyncMigrationHarness, SimpleAsyncConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use secrecy::{ExposeSecret, SecretString};

use super::db::connect;
use super::partition;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");
/// What is older lacks what the tables are made of, and is told so before anything is made.
const NEEDS: &str = "DO $$ BEGIN IF current_setting('server_version_num')::int < 150000 THEN \
    RAISE 'PostgreSQL 15 or newer is needed, this is %', current_setting('server_version'); END IF; END $$";
/// Nodes that start at once take turns, however long a step of another one takes; the lock goes with the connection.
const LOCK: &str = "SET statement_timeout = 0; SELECT pg_advisory_lock(4815162342)";
/// A step that needs more time says so itself. What waits for a table has everybody else's queries wait behind it.
const BOUNDS: &str = "SET statement_timeout = '30s'; SET lock_timeout = '10s'";

/// Migrates the SQLite database at `path`, creating it if need be; tells how many steps were made.
pub async fn sqlite(path: &Path) -> Result<usize, StoreError> {
    let url = path.to_string_lossy().into_owned();
    aside(move || {
        let mut conn = SqliteConnection::establish(&url).map_err(broken)?;
        diesel::connection::SimpleConnection::batch_execute(
            &mut conn,
            "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL;",
        )
        .map_err(broken)?;
        let done = conn.run_pending_migrations(SQLITE).map_err(broken)?;
        Ok(done.len())
    })
    .await
}

/// Migrates the PostgreSQL database at `url`; tells how many steps were made.
pub async fn postgres(url: &SecretString) -> Result<usize, StoreError> {
    let url = url.expose_secret().to_owned();
    aside(move || {
        // The harness blocks its thread in place, which the runtimes of actix do not allow: a small one of
        // its own, gone when the tables are there.
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(broken)?;
        runtime.block_on(async move {
            let mut conn = connect(&url)
                .await
                .map_err(|error| StoreError::Unavailable(error.to_string()))?;
            conn.batch_execute(NEEDS).await.map_err(broken)?;
            conn.batch_execute(LOCK).await.map_err(broken)?;
            conn.batch_execute(BOUNDS).await.map_err(broken)?;
            let mut harness = AsyncMigrationHarness::new(conn);
            let done = harness.run_pending_migrations(POSTGRES).map_err(broken)?;
            let count = done.len();
            let mut conn = harness.into_inner();
            // Rows find a place without them, so they are no reason not to start; the sweep tries again.
            // Those of messages are left to the sweep, which knows how long messages are kept.
            let now = Timestamp::now();
            let made = match partition::check_clock(&mut conn, now).await {
                Ok(()) => partition::extend_events(&mut conn, now).await,
                Err(error) => Err(error),
            };
            if let Err(error) = made {
                tracing::warn!(%error, "partitions can't be made ahead now");
            }
            Ok(count)
        })
    })
    .await
}

async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(broken)?
}

fn broken(error: impl std::fmt::Display) -> StoreError {
    StoreError::Broken(error.to_string())
}
