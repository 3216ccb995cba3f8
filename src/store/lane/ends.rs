//! How a batch ends: what it stored is told of and answered when it lasts, and what could not be done together goes one by
//! one beside the next batches.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use actors::fault;
use actors::ports::store::StoreError;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use super::Reply;
use super::telling::{Telling, tell};
use crate::store::Store;
use crate::store::db::End;

/// What may wait to go one by one.
const ASIDE: usize = 4096;
/// Groups that go one by one at the same time; each has a connection.
const TURNS: usize = 4;

/// What waited so long for its turn to go alone is not tried any more: no caller is that patient.
const TOO_OLD: Duration = Duration::from_secs(10);

/// What is left to do for each kind of change of a batch when it lasts: telling, answering, having the rest go one by one.
pub(super) struct Ends {
    /// On PostgreSQL that is at once.
    are_due: bool,
    /// When the batch began.
    began: Instant,
    /// Something of it waited for a lock until that was too long.
    met_a_lock: Arc<AtomicBool>,
    waiting: RefCell<Vec<End>>,
    runtime: Handle,
}

impl Ends {
    /// For a batch that begins.
    pub fn of(store: &Store) -> Self {
        Self {
            are_due: !store.is_embedded(),
            began: Instant::now(),
            met_a_lock: Arc::default(),
            waiting: RefCell::default(),
            runtime: Handle::current(),
        }
    }

    /// Ends what was `done` for `entries`; those that have to go one by one are done by `each`.
    pub fn add<T, R, F>(
        &self,
        store: &Store,
        entries: Vec<(T, Reply<R>)>,
        done: Result<Vec<Option<Result<R, StoreError>>>, StoreError>,
        each: impl Fn(Store, T) -> F + Send + 'static,
    ) where
        T: Send + 'static,
        R: Telling + Send + 'static,
        F: Future<Output = Result<R, StoreError>> + Send,
    {
        let (store, runtime) = (store.clone(), self.runtime.clone());
        let (began, met_a_lock) = (self.began, Arc::clone(&self.met_a_lock));
        let end: End = Box::new(move |lasts| {
            fault::at(fault::BATCH_COMMITTED);
            let _runtime = runtime.enter();
            let done = lasts.and(done);
            if let Err(StoreError::Unavailable(cause)) = &done
                && cause.contains("lock timeout")
            {
                met_a_lock.store(true, Ordering::Relaxed);
                // Perhaps whoever comes would wait for the same lock: the first that gets through says that it is not so.
                store.progress().stop(began);
            }
            let alone = share_out(&store, entries, done);
            go_alone(&store, alone, each);
        });
        match self.are_due {
            true => end(Ok(())),
            false => self.waiting.borrow_mut().push(end),
        }
    }

    /// Whether something of the batch waited for a lock until that was too long.
    pub fn met_a_lock(&self) -> bool {
        self.met_a_lock.load(Ordering::Relaxed)
    }

    /// What is to be called when the batch lasts.
    pub fn into_inner(self) -> Vec<End> {
        self.waiting.into_inner()
    }
}

/// Tells and answers what the batch decided, and notes that something could be stored; gives back what has to go one by one.
fn share_out<T, R: Telling>(
    store: &Store,
    batch: Vec<(T, Reply<R>)>,
    done: Result<Vec<Option<Result<R, StoreError>>>, StoreError>,
) -> Vec<(T, Reply<R>)> {
    let mut alone = Vec::new();
    store.note_storing(&done);
    match done {
        Ok(mut results) => {
            tell(store, &batch, &mut results);
            for ((entry, reply), result) in batch.into_iter().zip(results) {
                match result {
                    Some(result) => answer(reply, result),
                    None => alone.push((entry, reply)),
                }
            }
        }
        // Two that wait for each other, or for somebody who takes long: one by one they hold less, and only one of
        // them has to wait.
        Err(StoreError::Unavailable(cause))
            if !cause.contains("deadlock") && !cause.contains("lock timeout") =>
        {
            for (_, reply) in batch {
                answer(reply, Err(StoreError::Unavailable(cause.clone())));
            }
        }
        Err(error) => {
            tracing::warn!(%error, entries = batch.len(), "a batch failed; its entries go one by one");
            alone = batch;
        }
    }
    alone
}

/// Does one after the other beside the batches, so that a strange entry delays nobody but its like.
pub(super) fn go_alone<T, R, F>(
    store: &Store,
    entries: Vec<(T, Reply<R>)>,
    each: impl Fn(Store, T) -> F + Send + 'static,
) where
    T: Send + 'static,
    R: Send + 'static,
    F: Future<Output = Result<R, StoreError>> + Send,
{
    if entries.is_empty() {
        return;
    }
    let aside = store.aside();
    let count = u32::try_from(entries.len()).unwrap_or(u32::MAX);
    let Ok(room) = Arc::clone(&aside.room).try_acquire_many_owned(count) else {
        for (_, reply) in entries {
            answer(reply, Err(busy()));
        }
        return;
    };
    let (store, came) = (store.clone(), Instant::now());
    tokio::spawn(async move {
        let (_room, turns) = (room, Arc::clone(&store.aside().turns));
        let Ok(_turn) = turns.acquire_owned().await else {
            return;
        };
        let mut gone = None;
        for (entry, reply) in entries {
            let result = match &gone {
                // Whoever asked gave up by now, and asks again.
                _ if came.elapsed() > TOO_OLD => Err(busy()),
                // The database does not get better by being asked a thousand times.
                Some(cause) => Err(StoreError::Unavailable(String::clone(cause))),
                None => each(store.clone(), entry).await,
            };
            if let (None, Err(StoreError::Unavailable(cause))) = (&gone, &result) {
                gone = Some(cause.clone());
            }
            answer(reply, result);
        }
    });
}

fn busy() -> StoreError {
    StoreError::Unavailable("too much waits to be stored one by one".to_owned())
}

/// What goes one by one has its own room and its own turns.
pub(in crate::store) struct Aside {
    /// How many entries may wait there.
    room: Arc<Semaphore>,
    /// How many groups are at it at a time.
    turns: Arc<Semaphore>,
}

impl Default for Aside {
    fn default() -> Self {
        Self {
            room: Arc::new(Semaphore::new(ASIDE)),
            turns: Arc::new(Semaphore::new(TURNS)),
        }
    }
}

fn answer<R>(reply: Reply<R>, result: Result<R, StoreError>) {
    // Nobody waits any more when the asking actor died; the row is there all the same.
    let _ = reply.to.send(result);
}
