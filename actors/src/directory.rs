//! Which actors live on this node, and the handshake by which an idle one leaves: nobody can be given the
//! address of an actor that is about to stop, and an actor whose address is on loan does not stop.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix::{Actor, Addr};

/// The living actors of one kind by their key.
pub struct Directory<K, A: Actor> {
    entries: Mutex<HashMap<K, Arc<Entry<A>>>>,
}

struct Entry<A: Actor> {
    addr: Addr<A>,
    loans: AtomicUsize,
}

/// The address of an actor that will not passivate while this value lives.
pub struct Loan<A: Actor> {
    entry: Arc<Entry<A>>,
}

impl<A: Actor> Loan<A> {
    /// The address.
    pub fn addr(&self) -> &Addr<A> {
        &self.entry.addr
    }

    /// How many ask this actor at the moment, this loan included.
    pub fn askers(&self) -> usize {
        self.entry.loans.load(Ordering::Relaxed)
    }
}

impl<A: Actor> Drop for Loan<A> {
    fn drop(&mut self) {
        self.entry.loans.fetch_sub(1, Ordering::AcqRel);
    }
}

impl<K: Eq + Hash + Clone, A: Actor> Directory<K, A> {
    /// An empty directory.
    pub fn new() -> Self {
        Self {
            entries: Mutex::new(HashMap::new()),
        }
    }

    /// Lends the actor of `key`, starting it with `start` when there is none; None when it can't start.
    pub fn lend(&self, key: &K, start: impl FnOnce() -> Option<Addr<A>>) -> Option<Loan<A>> {
        let mut entries = self.lock();
        let alive = entries
            .get(key)
            .filter(|entry| entry.addr.connected())
            .cloned();
        let entry = match alive {
            Some(entry) => entry,
            None => {
                let entry = Arc::new(Entry {
                    addr: start()?,
                    loans: AtomicUsize::new(0),
                });
                entries.insert(key.clone(), Arc::clone(&entry));
                entry
            }
        };
        entry.loans.fetch_add(1, Ordering::AcqRel);
        Some(Loan { entry })
    }

    /// Lends the actor of `key` if it lives.
    pub fn find(&self, key: &K) -> Option<Loan<A>> {
        self.lend(key, || None)
    }

    /// Takes an idle actor out; false when its address is on loan, so that it must stay.
    pub fn retire(&self, key: &K) -> bool {
        let mut entries = self.lock();
        let idle = entries
            .get(key)
            .is_some_and(|entry| entry.loans.load(Ordering::Acquire) == 0);
        if idle {
            entries.remove(key);
        }
        idle
    }

    /// Forgets an actor that ended by itself, unless a new one stands in its place.
    pub fn forget(&self, key: &K) {
        let mut entries = self.lock();
        if entries
            .get(key)
            .is_some_and(|entry| !entry.addr.connected())
        {
            entries.remove(key);
        }
    }

    /// Shows each actor that lives here.
    pub fn each(&self, mut show: impl FnMut(&K, &Addr<A>)) {
        for (key, entry) in self.lock().iter() {
            show(key, &entry.addr);
        }
    }

    /// How many live here.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether none lives here.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, Arc<Entry<A>>>> {
        // The map is never left half-changed, so a poisoned lock is as good as a clean one.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash + Clone, A: Actor> Default for Directory<K, A> {
    fn default() -> Self {
        Self::new()
    }
}
