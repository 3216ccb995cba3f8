//! A transaction on PostgreSQL whose `BEGIN` travels together with its first queries, and its last change together with
//! `COMMIT`: each answer that nobody waits for saves a way there and back, and what is locked is locked for shorter.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use actors::figure;
use actors::ports::store::StoreError;
use diesel_async::pooled_connection::deadpool::Object;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use futures_util::future::{join_all, maybe_done};
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

/// Of queries of a transaction, in the order of sending: why they failed. What follows one that failed fails as well, and says
/// nothing of the reason; so does what an earlier one sends after a later one failed.
pub(crate) fn first_cause<'e>(
    all: impl IntoIterator<Item = Option<&'e StoreError>>,
) -> Result<(), StoreError> {
    let says_nothing = |error: &StoreError| error.to_string().contains("transaction is aborted");
    let errors: Vec<&StoreError> = all.into_iter().flatten().collect();
    let telling = errors.iter().find(|error| !says_nothing(error));
    match telling.or(errors.first()) {
        Some(error) => Err(StoreError::clone(error)),
        None => Ok(()),
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

    /// Makes the last changes, in their order, and all that was done before them last, else undoes it.
    pub async fn end<T>(
        self,
        done: Result<(T, Vec<Together>), StoreError>,
    ) -> Result<T, StoreError> {
        match done {
            Ok((value, last)) => {
                let last = last.into_iter().filter_map(Together::written).collect();
                self.finish(last).await.map(|()| value)
            }
            Err(error) => {
                self.roll_back().await;
                Err(error)
            }
        }
    }

    async fn finish(self, last: Vec<Written>) -> Result<(), StoreError> {
        if last.iter().all(|change| self.has_prepared(&change.text)) {
            return self.commit_with(last).await;
        }
        let texts: Vec<String> = last.iter().map(|change| change.text.clone()).collect();
        let c = self.conn()?;
        let changed = join_all(last.into_iter().map(|change| change.run(c))).await;
        if let Err(error) = first_cause(changed.iter().map(|one| one.as_ref().err())) {
            self.roll_back().await;
            return Err(error);
        }
        for text in texts {
            self.note_prepared(text);
        }
        self.commit().await
    }

    /// The last changes with the `COMMIT` behind them, which the server takes for a `ROLLBACK` when one of them fails.
    async fn commit_with(mut self, last: Vec<Written>) -> Result<(), StoreError> {
        let c = self.conn()?;
        // Polled first, they are sent first: nothing that they wait for before that is held by anybody, and no budget of the
        // runtime may make them wait.
        let all = async {
            let mut changes: Vec<_> = last
                .into_iter()
                .map(|change| Box::pin(maybe_done(change.run(c))))
                .collect();
            for change in &mut changes {
                // Pending: it is sent.
                let _ = poll!(change.as_mut());
                if let Some(Err(error)) = change.as_mut().output_mut() {
                    // It was not even sent.
                    return Err(error.clone());
                }
            }
            let (committed, ()) = join!(send(c, "COMMIT"), async {
                for change in &mut changes {
                    change.as_mut().await;
                }
            });
            let changed = changes
                .iter_mut()
                .filter_map(|one| one.as_mut().take_output());
            let changed: Vec<_> = changed.collect();
            let errors = changed.iter().map(|one| one.as_ref().err());
            Ok((first_cause(errors), committed))
        };
        match tokio::task::unconstrained(all).await {
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
