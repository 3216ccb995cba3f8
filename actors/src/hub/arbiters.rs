//! The threads on which a node's actors live. One that ended took its actors with it; whoever is asked next begins anew on
//! another one in its place, from the store.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};

use actix_rt::ArbiterHandle;

/// Makes a thread; None when there are to be no more.
pub type MakeArbiter = Box<dyn Fn() -> Option<ArbiterHandle> + Send + Sync>;

/// Some threads, over which actors are spread by the hash of their key.
pub struct Arbiters {
    /// At least one.
    places: Vec<Mutex<ArbiterHandle>>,
    make: MakeArbiter,
}

impl Arbiters {
    /// So many threads, or one; None when none can be made.
    pub fn new(count: usize, make: MakeArbiter) -> Option<Self> {
        let arbiters: Option<Vec<_>> = (0..count.max(1)).map(|_| make()).collect();
        Some(Self {
            places: arbiters?.into_iter().map(Mutex::new).collect(),
            make,
        })
    }

    /// One thread, which nobody replaces.
    pub fn only(arbiter: ArbiterHandle) -> Self {
        Self {
            places: vec![Mutex::new(arbiter)],
            make: Box::new(|| None),
        }
    }

    /// Starts something on the thread of `key`: where that has ended, on a new one.
    pub(super) fn start<T>(
        &self,
        key: &impl Hash,
        start: impl Fn(&ArbiterHandle) -> Option<T>,
    ) -> Option<T> {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let index = hasher.finish() % self.places.len() as u64;
        let mut arbiter = self.lock(usize::try_from(index).unwrap_or(0));
        start(&arbiter).or_else(|| {
            let next = (self.make)()?;
            tracing::error!("a thread of actors ended; another one takes its place");
            *arbiter = next;
            start(&arbiter)
        })
    }

    fn lock(&self, index: usize) -> MutexGuard<'_, ArbiterHandle> {
        // Never left half-changed.
        self.places[index]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use actix_rt::Arbiter;

    use super::*;

    #[actix_rt::test]
    async fn where_a_thread_ended_another_one_takes_its_place() {
        let made = std::sync::Arc::new(Mutex::new(Vec::new()));
        let keep = std::sync::Arc::clone(&made);
        let make: MakeArbiter = Box::new(move || {
            let arbiter = Arbiter::new();
            let handle = arbiter.handle();
            keep.lock().expect("nobody panicked").push(arbiter);
            Some(handle)
        });
        let arbiters = Arbiters::new(1, make).expect("a thread");
        let where_it_runs = async || {
            let (tell, told) = tokio::sync::oneshot::channel();
            let tell = Mutex::new(Some(tell));
            let started = arbiters.start(&"key", |arbiter| {
                arbiter.alive().then_some(())?;
                let tell = tell.lock().expect("nobody panicked").take()?;
                let id = || std::thread::current().id();
                arbiter
                    .spawn_fn(move || tell.send(id()).expect("it is asked"))
                    .then_some(())
            });
            started.expect("it was started");
            told.await.expect("it ran")
        };
        let first = where_it_runs().await;
        assert_eq!(where_it_runs().await, first);
        let ended = made
            .lock()
            .expect("nobody panicked")
            .pop()
            .expect("a thread");
        ended.stop();
        ended.join().expect("it ended well");
        assert_ne!(where_it_runs().await, first);
    }

    #[actix_rt::test]
    async fn when_there_are_to_be_no_more_nothing_is_started() {
        let arbiters = Arbiters {
            places: vec![Mutex::new(Arbiter::current())],
            make: Box::new(|| None),
        };
        assert_eq!(arbiters.start(&1, |_| None::<()>), None);
    }
}
