//! What waits for the committer, a line for each organization. A batch takes from all lines in turn, so that whoever has
//! much to store delays the others by a batch and not by all that he has.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// What may wait of one organization; whoever comes then is refused.
const LONGEST: usize = 4096;
/// What may wait of all of them.
const MOST: usize = 8 * LONGEST;

/// The way in; nothing comes any more when it is dropped.
pub(in crate::store) struct Inlet<K, T> {
    shared: Arc<Shared<K, T>>,
}

/// The way out; nothing is let in any more when it is dropped.
pub(in crate::store) struct Outlet<K, T> {
    shared: Arc<Shared<K, T>>,
}

struct Shared<K, T> {
    lines: Mutex<Lines<K, T>>,
    came: Notify,
}

struct Lines<K, T> {
    of: HashMap<K, VecDeque<T>>,
    /// Whose turn it is; each that has a line once.
    turns: VecDeque<K>,
    count: usize,
    is_closed: bool,
}

/// Why something may not wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Refused {
    Full,
    Closed,
}

/// Both ends.
pub(in crate::store) fn lines<K, T>() -> (Inlet<K, T>, Outlet<K, T>) {
    let lines = Lines {
        of: HashMap::new(),
        turns: VecDeque::new(),
        count: 0,
        is_closed: false,
    };
    let shared = Arc::new(Shared {
        lines: Mutex::new(lines),
        came: Notify::new(),
    });
    let inlet = Inlet {
        shared: Arc::clone(&shared),
    };
    (inlet, Outlet { shared })
}

impl<K: Copy + Eq + Hash, T> Inlet<K, T> {
    /// Waits in the line of `key`; never blocks.
    pub fn push(&self, key: K, entry: T) -> Result<(), Refused> {
        let mut lines = self.shared.lock();
        if lines.is_closed {
            return Err(Refused::Closed);
        }
        if lines.count >= MOST {
            return Err(Refused::Full);
        }
        let line = lines.of.entry(key).or_default();
        if line.len() >= LONGEST {
            return Err(Refused::Full);
        }
        let is_first = line.is_empty();
        line.push_back(entry);
        if is_first {
            lines.turns.push_back(key);
        }
        lines.count += 1;
        let was_idle = lines.count == 1;
        drop(lines);
        if was_idle {
            self.shared.came.notify_one();
        }
        Ok(())
    }

    /// How much waits.
    pub fn len(&self) -> usize {
        self.shared.lock().count
    }
}

impl<K: Copy + Eq + Hash, T> Outlet<K, T> {
    /// Waits until there is something, and gives at most `most` of it: one of each line in turn. Nothing when the other
    /// end is gone and all was taken.
    pub async fn take(&mut self, most: usize) -> Vec<T> {
        loop {
            let came = self.shared.came.notified();
            {
                let mut lines = self.shared.lock();
                if lines.count > 0 || lines.is_closed {
                    return lines.draw(most);
                }
            }
            came.await;
        }
    }
}

impl<K: Copy + Eq + Hash, T> Lines<K, T> {
    fn draw(&mut self, most: usize) -> Vec<T> {
        let mut batch = Vec::with_capacity(most.min(self.count));
        while batch.len() < most
            && let Some(key) = self.turns.pop_front()
        {
            let Some(line) = self.of.get_mut(&key) else {
                continue;
            };
            // Alone it need not take turns.
            let share = match self.turns.is_empty() {
                true => most - batch.len(),
                false => 1,
            };
            batch.extend(line.drain(..share.min(line.len())));
            match line.is_empty() {
                true => drop(self.of.remove(&key)),
                false => self.turns.push_back(key),
            }
        }
        self.count -= batch.len();
        batch
    }
}

impl<K, T> Shared<K, T> {
    fn lock(&self) -> MutexGuard<'_, Lines<K, T>> {
        // Never left half-changed.
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K, T> Drop for Inlet<K, T> {
    fn drop(&mut self) {
        self.shared.lock().is_closed = true;
        self.shared.came.notify_one();
    }
}

impl<K, T> Drop for Outlet<K, T> {
    fn drop(&mut self) {
        let left = {
            let mut lines = self.shared.lock();
            lines.is_closed = true;
            lines.count = 0;
            lines.turns.clear();
            std::mem::take(&mut lines.of)
        };
        // Whoever waits for an answer hears that there is none.
        drop(left);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    async fn take(outlet: &mut Outlet<u8, u32>, most: usize) -> Vec<u32> {
        outlet.take(most).await
    }

    #[tokio::test]
    async fn who_has_much_delays_the_others_by_a_batch() {
        let (inlet, mut outlet) = lines();
        for entry in 0..1_000 {
            inlet.push(1, entry).unwrap();
        }
        assert_eq!(take(&mut outlet, 10).await, (0..10).collect::<Vec<_>>());
        for entry in 5_000..5_003 {
            inlet.push(2, entry).unwrap();
        }
        inlet.push(3, 9_000).unwrap();
        let batch = take(&mut outlet, 8).await;
        assert_eq!(batch, [10, 5_000, 9_000, 11, 5_001, 12, 5_002, 13]);
        assert_eq!(inlet.len(), 1_000 + 3 + 1 - 18);
        assert_eq!(take(&mut outlet, 2).await, [14, 15]);
    }

    #[tokio::test]
    async fn each_line_keeps_its_order_and_nothing_is_lost() {
        let (inlet, mut outlet) = lines();
        for entry in 0..900 {
            inlet.push((entry % 7) as u8, entry).unwrap();
        }
        let mut seen: HashMap<u32, Vec<u32>> = HashMap::new();
        while inlet.len() > 0 {
            for entry in take(&mut outlet, 64).await {
                seen.entry(entry % 7).or_default().push(entry);
            }
        }
        assert_eq!(seen.values().map(Vec::len).sum::<usize>(), 900);
        assert!(seen.values().all(|line| line.is_sorted()));
    }

    #[test]
    fn a_full_line_refuses_its_own_only() {
        let (inlet, _outlet) = lines();
        for entry in 0..LONGEST {
            inlet.push(1, entry).unwrap();
        }
        assert_eq!(inlet.push(1, 0), Err(Refused::Full));
        assert_eq!(inlet.push(2, 0), Ok(()));
        for entry in inlet.len()..MOST {
            inlet.push(100 + entry / LONGEST, entry).unwrap();
        }
        assert_eq!(inlet.push(3, 0), Err(Refused::Full));
    }

    #[tokio::test]
    async fn whoever_takes_waits_until_something_comes() {
        let (inlet, mut outlet) = lines();
        let taken = tokio::spawn(async move { (take(&mut outlet, 5).await, outlet) });
        tokio::task::yield_now().await;
        inlet.push(1, 7).unwrap();
        let (batch, mut outlet) = taken.await.unwrap();
        assert_eq!(batch, [7]);
        inlet.push(1, 8).unwrap();
        drop(inlet);
        assert_eq!(take(&mut outlet, 5).await, [8]);
        assert!(take(&mut outlet, 5).await.is_empty());
    }

    #[test]
    fn an_outlet_that_is_gone_lets_nobody_wait() {
        let (inlet, outlet) = lines();
        let (answer, mut waits) = tokio::sync::oneshot::channel::<()>();
        inlet.push(1, answer).unwrap();
        drop(outlet);
        assert!(waits.try_recv().is_err());
        let (answer, _) = tokio::sync::oneshot::channel();
        assert_eq!(inlet.push(1, answer), Err(Refused::Closed));
    }
}
