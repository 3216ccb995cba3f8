//! The line for PostgreSQL's connections: how long whoever comes may wait, and when he is refused at once instead of
//! waiting for nothing.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use actors::figure;
use actors::ports::store::StoreError;
use diesel_async::AsyncPgConnection;
use diesel_async::pooled_connection::deadpool::{Object, Pool, PoolError};

use crate::store::progress::Progress;

/// How long a request waits for a connection before it hears "unavailable".
const WAIT: Duration = Duration::from_secs(5);
/// Older than that, the line for a connection is closed until it is shorter.
const OLD_MS: u64 = 500;
/// Nobody was lent a connection for so long: all are stuck. A database that answers 200 ms late gives one back within
/// a few answers.
const STUCK: Duration = Duration::from_secs(1);

/// Who waits for a connection. Its age is how long whoever got one last had waited.
#[derive(Debug)]
pub struct Line {
    age_ms: AtomicU64,
    progress: Progress,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            age_ms: AtomicU64::new(0),
            progress: Progress::new(STUCK),
        }
    }
}

impl Line {
    /// A connection of the pool, when one is free soon enough.
    pub(super) async fn lend(
        &self,
        pool: &Pool<AsyncPgConnection>,
    ) -> Result<Object<AsyncPgConnection>, StoreError> {
        let (asked, status) = (Instant::now(), pool.status());
        if status.available > 0 {
            self.progress.note(asked);
        }
        // Some wait on in an old line, so that the age is known when the database is well again.
        let is_old = self.age_ms.load(Ordering::Relaxed) > OLD_MS;
        let place = match is_old && status.waiting >= status.max_size {
            true => None,
            false => self.progress.enter(asked),
        };
        let Some(_place) = place else {
            metrics::counter!(figure::DB_REFUSED_TOTAL).increment(1);
            return Err(in_use());
        };
        let lent = lend(pool.get()).await;
        let age = u64::try_from(asked.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.age_ms.store(age, Ordering::Relaxed);
        if lent.is_ok() {
            self.progress.note(Instant::now());
        }
        lent
    }
}

fn in_use() -> StoreError {
    StoreError::Unavailable("all connections are in use".to_owned())
}

/// A connection of either database, or "unavailable" after a while.
pub(super) async fn lend<T>(
    get: impl Future<Output = Result<T, PoolError>>,
) -> Result<T, StoreError> {
    let asked = Instant::now();
    let lent = tokio::time::timeout(WAIT, get).await;
    metrics::histogram!(figure::DB_WAIT_SECONDS).record(asked.elapsed().as_secs_f64());
    match lent {
        Ok(Ok(object)) => Ok(object),
        Ok(Err(error)) => Err(StoreError::Unavailable(error.to_string())),
        Err(_) => Err(in_use()),
    }
}
