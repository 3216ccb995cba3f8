//! A transaction on PostgreSQL whose `BEGIN` travels together with its first queries, and its last change together with
//! `COMMIT`: each answer that nobody waits for saves a way there and back, and what is locked is locked for shorter.

use std::collections::{HashMap, HashSet};
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Instant;

use actors::figure;
use actors::ports::store::StoreError;
use diesel_async::pooled_connection::deadpool::Object;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use futures_util::{join, poll};

use super::bulk::{Together, Written};
use super::db::{Conn, refused};

/// The texts of last changes that connections have prepared, by when the connection was made: one that is not prepared
/// yet is sent later than what is sent behind it, and must not come after the end.
static PREPARED: Mutex<Option<Prepared>> = Mutex::new(None);
/// Of how many connections that is remembered; then all of it is learned anew.
const MOST: usize = 256;

type Prepared = HashMap<Instant, HashSet<String>>;

/// A connection that diesel's own bookkeeping believes to be outside of a transaction. If it is dropped without an
/// end, the connection is closed, and the server rolls back.
pub(crate) struct Pipeline {
    /// None once it has ended.
    conn: Option<Conn>,
}

/// Sends `BEGIN`; poll it first, together with the first queries.
pub(crate) async fn begin(c: &AsyncPgConnection) -> Result<(), StoreError> {
    let started = Instant::now();
    let begun = send(c, "BEGIN").await;
    metrics::histogram!(figure::DB_BEGIN_SECONDS).record(started.elapsed().as_secs_f64());
    begun
}

/// Of two queries of a transaction, sent in this order: what came of both, or why they failed. The second one fails when the
/// first did, and a query that the first one sends later fails when the second did; both say nothing of the reason.
pub(crate) fn both<A, B>(
    first: Result<A, StoreError>,
    second: Result<B, StoreError>,
) -> Result<(A, B), StoreError> {
    let says_nothing = |error: &StoreError| error.to_string().contains("transaction is aborted");
    match (first, second) {
        (Ok(first), Ok(second)) => Ok((first, second)),
        (Err(first), Err(second)) if says_nothing(&first) => Err(second),
        (Err(error), _) | (_, Err(error)) => Err(error),
    }
}

async fn send(mut c: &AsyncPgConnection, word: &str) -> Result<(), StoreError> {
    c.batch_execute(word).await.map_err(refused)
}

impl Pipeline {
    /// Takes a connection for one transaction.
    pub fn on(conn: Conn) -> Result<Self, StoreError> {
        match conn {
            Conn::Postgres(_) => Ok(Self { conn: Some(conn) }),
            Conn::Sqlite(_) => Err(StoreError::Broken("not PostgreSQL".to_owned())),
        }
    }

    /// The connection, shared so that several queries can be on their way at once.
    pub fn conn(&self) -> Result<&AsyncPgConnection, StoreError> {
        self.object().map(|object| &**object).ok_or_else(ended)
    }

    /// The connection for one query after the other.
    pub fn whole(&mut self) -> Result<&mut Conn, StoreError> {
        self.conn.as_mut().ok_or_else(ended)
    }

    const fn object(&self) -> Option<&Object<AsyncPgConnection>> {
        match &self.conn {
            Some(Conn::Postgres(object)) => Some(object),
            _ => None,
        }
    }

    /// Makes the last change and all that was done before it last, else undoes it.
    pub async fn end<T>(self, done: Result<(T, Together), StoreError>) -> Result<T, StoreError> {
        match done {
            Ok((value, last)) => self.finish(last.written()).await.map(|()| value),
            Err(error) => {
                self.roll_back().await;
                Err(error)
            }
        }
    }

    async fn finish(self, last: Option<Written>) -> Result<(), StoreError> {
        let Some(last) = last else {
            return self.commit().await;
        };
        if self.has_prepared(&last.text) {
            return self.commit_with(last).await;
        }
        let text = last.text.clone();
        if let Err(error) = last.run(self.conn()?).await {
            self.roll_back().await;
            return Err(error);
        }
        self.note_prepared(text);
        self.commit().await
    }

    /// The last change with the `COMMIT` behind it, which the server takes for a `ROLLBACK` when the change fails.
    async fn commit_with(mut self, last: Written) -> Result<(), StoreError> {
        let c = self.conn()?;
        // Polled first, it is sent first: nothing that it waits for before that is held by anybody, and no budget of the
        // runtime may make it wait.
        let both = async {
            let mut change = pin!(last.run(c));
            match poll!(&mut change) {
                // It was not even sent.
                Poll::Ready(Err(error)) => Err(error),
                Poll::Ready(Ok(())) => Ok((Ok(()), send(c, "COMMIT").await)),
                Poll::Pending => Ok(join!(change, send(c, "COMMIT"))),
            }
        };
        match tokio::task::unconstrained(both).await {
            Ok((changed, committed)) => {
                if committed.is_ok() {
                    self.conn = None;
                }
                changed.and(committed)
            }
            Err(error) => {
                self.roll_back().await;
                Err(error)
            }
        }
    }

    /// Names the connection for as long as it lives.
    fn made_at(&self) -> Option<Instant> {
        self.object().map(|object| Object::metrics(object).created)
    }

    fn has_prepared(&self, text: &str) -> bool {
        let all = prepared();
        let (Some(all), Some(made)) = (&*all, self.made_at()) else {
            return false;
        };
        all.get(&made).is_some_and(|texts| texts.contains(text))
    }

    fn note_prepared(&self, text: String) {
        let Some(made) = self.made_at() else { return };
        let mut all = prepared();
        let all = all.get_or_insert_default();
        if all.len() >= MOST && !all.contains_key(&made) {
            all.clear();
        }
        all.entry(made).or_default().insert(text);
    }

    /// Makes all last. Every query's answer must have been good: the server takes the `COMMIT` of a failed
    /// transaction for a `ROLLBACK` and says so only in passing.
    async fn commit(mut self) -> Result<(), StoreError> {
        send(self.conn()?, "COMMIT").await?;
        self.conn = None;
        Ok(())
    }

    /// Undoes all.
    async fn roll_back(mut self) {
        let Ok(c) = self.conn() else { return };
        match send(c, "ROLLBACK").await {
            Ok(()) => self.conn = None,
            Err(error) => tracing::warn!(%error, "a transaction could not be rolled back"),
        }
    }
}

fn prepared() -> MutexGuard<'static, Option<Prepared>> {
    // Never left half-changed.
    PREPARED.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        if let Some(Conn::Postgres(object)) = self.conn.take() {
            // Out of the pool: nobody is to find an open transaction.
            drop(Object::take(object));
        }
    }
}

fn ended() -> StoreError {
    StoreError::Broken("the transaction has ended".to_owned())
}
