//! What waits for the committer, a line for each organization. A batch takes from all lines in turn, so that whoever has
//! much to store delays the others by a batch and not by all that he has. What some milliseconds do not
//! matter to waits for company when the last batch was just now: each batch costs a sync, whatever is in it.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// What may wait of one organization; whoever comes then is refused.
const LONGEST: usize = 4096;
/// From batch to batch while nothing in a hurry waits.
const PACE: Duration = Duration::from_millis(4);
/// So many are company enough.
const COMPANY: usize = 64;
/// What may wait of all of them.
const MOST: usize = 8 * LONGEST;

/// The way in; nothing comes any more when it is dropped.
pub(in crate::store) struct Inlet<K, T> {
    shared: Arc<Shared<K, T>>,
}

/// The way out; nothing is let in any more when it is dropped.
pub(in crate::store) struct Outlet<K, T> {
    shared: Arc<Shared<K, T>>,
    /// When the last batch was taken.
    taken_at: Option<Instant>,
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
    /// Something waits that is in a hurry.
    is_urgent: bool,
    is_closed: bool,
}

/// How long something may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Hurry {
    /// No longer than the batch before it takes.
    Now,
    /// Some milliseconds do not matter.
    Soon,
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
        is_urgent: false,
        is_closed: false,
    };
    let shared = Arc::new(Shared {
        lines: Mutex::new(lines),
        came: Notify::new(),
    });
    let inlet = Inlet {
        shared: Arc::clone(&shared),
    };
    let outlet = Outlet {
        shared,
        taken_at: None,
    };
    (inlet, outlet)
}

impl<K: Copy + Eq + Hash, T> Inlet<K, T> {
    /// Waits in the line of `key`; never blocks.
    pub fn push(&self, key: K, entry: T, hurry: Hurry) -> Result<(), Refused> {
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
        let is_urgent = hurry == Hurry::Now && !lines.is_urgent;
        lines.is_urgent |= is_urgent;
        let count = lines.count;
        drop(lines);
        if was_idle || is_urgent || count == COMPANY {
            self.shared.came.notify_one();
        }
        Ok(())
    }

    /// Whether something waits that is in a hurry.
    pub fn is_urgent(&self) -> bool {
        self.shared.lock().is_urgent
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
            let rest = {
                let mut lines = self.shared.lock();
                let rest = lines.rest(self.taken_at);
                if rest == Some(Duration::ZERO) {
                    self.taken_at = Some(Instant::now());
                    return lines.draw(most);
                }
                rest
            };
            match rest {
                None => came.await,
                // What comes meanwhile is looked at, and so is what did not.
                Some(rest) => drop(tokio::time::timeout(rest, came).await),
            }
        }
    }
}

impl<K: Copy + Eq + Hash, T> Lines<K, T> {
    /// How long what waits is to wait on, after the batch that was taken then; None: nothing waits.
    fn rest(&self, taken_at: Option<Instant>) -> Option<Duration> {
        if self.is_closed || self.is_urgent || self.count >= COMPANY {
            return Some(Duration::ZERO);
        }
        let since = |at: Instant| PACE.saturating_sub(at.elapsed());
        (self.count > 0).then(|| taken_at.map_or(Duration::ZERO, since))
    }

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
        // What is left has waited for a batch.
        self.is_urgent = self.count > 0;
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
    use std::pin::pin;
    use std::task::Poll;

    use futures_util::poll;

    use super::*;

    async fn take(outlet: &mut Outlet<u8, u32>, most: usize) -> Vec<u32> {
        outlet.take(most).await
    }

    #[tokio::test]
    async fn who_has_much_delays_the_others_by_a_batch() {
        let (inlet, mut outlet) = lines();
        for entry in 0..1_000 {
            inlet.push(1, entry, Hurry::Now).unwrap();
        }
        assert_eq!(take(&mut outlet, 10).await, (0..10).collect::<Vec<_>>());
        for entry in 5_000..5_003 {
            inlet.push(2, entry, Hurry::Now).unwrap();
        }
        inlet.push(3, 9_000, Hurry::Now).unwrap();
        let batch = take(&mut outlet, 8).await;
        assert_eq!(batch, [10, 5_000, 9_000, 11, 5_001, 12, 5_002, 13]);
        assert_eq!(inlet.len(), 1_000 + 3 + 1 - 18);
        assert_eq!(take(&mut outlet, 2).await, [14, 15]);
    }

    #[tokio::test]
    async fn each_line_keeps_its_order_and_nothing_is_lost() {
        let (inlet, mut outlet) = lines();
        for entry in 0..900 {
            let hurry = match entry % 5 {
                0 => Hurry::Now,
                _ => Hurry::Soon,
            };
            inlet.push((entry % 7) as u8, entry, hurry).unwrap();
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
            inlet.push(1, entry, Hurry::Soon).unwrap();
        }
        assert_eq!(inlet.push(1, 0, Hurry::Now), Err(Refused::Full));
        assert_eq!(inlet.push(2, 0, Hurry::Now), Ok(()));
        for entry in inlet.len()..MOST {
            let key = 100 + entry / LONGEST;
            inlet.push(key, entry, Hurry::Soon).unwrap();
        }
        assert_eq!(inlet.push(3, 0, Hurry::Now), Err(Refused::Full));
    }

    #[tokio::test]
    async fn whoever_takes_waits_until_something_comes() {
        let (inlet, mut outlet) = lines();
        let taken = tokio::spawn(async move { (take(&mut outlet, 5).await, outlet) });
        tokio::task::yield_now().await;
        inlet.push(1, 7, Hurry::Soon).unwrap();
        let (batch, mut outlet) = taken.await.unwrap();
        assert_eq!(batch, [7]);
        inlet.push(1, 8, Hurry::Soon).unwrap();
        drop(inlet);
        assert_eq!(take(&mut outlet, 5).await, [8]);
        assert!(take(&mut outlet, 5).await.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn what_may_wait_goes_with_what_may_not() {
        let (inlet, mut outlet) = lines();
        // The first waits for nothing.
        inlet.push(1, 0, Hurry::Soon).unwrap();
        assert_eq!(take(&mut outlet, 5).await, [0]);
        {
            let mut taken = pin!(take(&mut outlet, 5));
            inlet.push(1, 1, Hurry::Soon).unwrap();
            assert!(poll!(&mut taken).is_pending());
            inlet.push(2, 2, Hurry::Soon).unwrap();
            assert!(poll!(&mut taken).is_pending());
            inlet.push(3, 3, Hurry::Now).unwrap();
            assert_eq!(poll!(&mut taken), Poll::Ready(vec![1, 2, 3]));
        }
        // Many need no further company, and what is left of them has waited.
        {
            let mut taken = pin!(take(&mut outlet, COMPANY - 1));
            for entry in 1..COMPANY {
                inlet.push(1, entry as u32, Hurry::Soon).unwrap();
                assert!(poll!(&mut taken).is_pending());
            }
            inlet.push(1, 5, Hurry::Soon).unwrap();
            assert!(poll!(&mut taken).is_ready());
        }
        {
            let mut rest = pin!(take(&mut outlet, 5));
            assert_eq!(poll!(&mut rest), Poll::Ready(vec![5]));
        }
        // Alone it waits for its time only.
        let began = Instant::now();
        inlet.push(1, 7, Hurry::Soon).unwrap();
        assert_eq!(take(&mut outlet, 5).await, [7]);
        assert!((PACE..PACE * 2).contains(&began.elapsed()));
    }

    #[test]
    fn an_outlet_that_is_gone_lets_nobody_wait() {
        let (inlet, outlet) = lines();
        let (answer, mut waits) = tokio::sync::oneshot::channel::<()>();
        inlet.push(1, answer, Hurry::Soon).unwrap();
        drop(outlet);
        assert!(waits.try_recv().is_err());
        let (answer, _) = tokio::sync::oneshot::channel();
        let refused = inlet.push(1, answer, Hurry::Now);
        assert_eq!(refused, Err(Refused::Closed));
    }
}
