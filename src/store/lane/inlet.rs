//! What waits for the committer, a line for each organization. A batch takes from all lines in turn, so that whoever has
//! much to store delays the others by a batch and not by all that he has; and whoever is in no batch that takes long
//! goes beside it. What some milliseconds do not matter to waits for company when the last batch was just now: each
//! batch costs a sync, whatever is in it.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// What may wait of one organization; whoever comes then is refused.
const LONGEST: usize = 4096;
/// How far people may exceed that and what may wait of all: what they say is in nobody's way.
const RESERVE: usize = LONGEST / 4;
/// From batch to batch while nothing in a hurry waits.
const PACE: Duration = Duration::from_millis(4);
/// For how long whoever was in a batch that met a lock shares none with others.
const APART: Duration = Duration::from_secs(5);
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

/// What is stored together.
pub(in crate::store) struct Taken<K, T> {
    /// Whose it is: nothing else of theirs is taken until [`Outlet::free`].
    pub keys: HashSet<K>,
    pub entries: Vec<T>,
    /// It is of one who shares no batch at the moment.
    pub is_apart: bool,
}

/// Which lines a batch takes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum From<K> {
    /// All of which nothing is under way.
    All,
    /// The same from this time on (what may wait some milliseconds later), but for one line: beside a batch that takes long.
    Beside(Instant, K),
}

struct Shared<K, T> {
    lines: Mutex<Lines<K, T>>,
    came: Notify,
}

struct Lines<K, T> {
    of: HashMap<K, Line<T>>,
    /// Whose turn it is; each that has a line once.
    turns: VecDeque<K>,
    count: usize,
    /// Of whom something is under way.
    busy: HashSet<K>,
    /// Who shares no batch until then.
    apart: HashMap<K, Instant>,
    is_closed: bool,
}

struct Line<T> {
    entries: VecDeque<T>,
    /// Something of it is in a hurry, or has waited for a batch.
    is_urgent: bool,
}

impl<T> Line<T> {
    /// How much longer than what is in a hurry it waits for the batch before it.
    const fn patience(&self) -> Duration {
        match self.is_urgent {
            true => Duration::ZERO,
            false => PACE,
        }
    }
}

impl<T> Default for Line<T> {
    fn default() -> Self {
        Self {
            entries: VecDeque::new(),
            is_urgent: false,
        }
    }
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
        busy: HashSet::new(),
        apart: HashMap::new(),
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
    /// Waits in the line of `key`, which has more room for what a person did; never blocks.
    pub fn push(&self, key: K, entry: T, hurry: Hurry, is_person: bool) -> Result<(), Refused> {
        let mut lines = self.shared.lock();
        if lines.is_closed {
            return Err(Refused::Closed);
        }
        let more = if is_person { RESERVE } else { 0 };
        let waiting = lines.of.get(&key).map_or(0, |line| line.entries.len());
        if lines.count >= MOST + more || waiting >= LONGEST + more {
            return Err(Refused::Full);
        }
        let line = lines.of.entry(key).or_default();
        line.entries.push_back(entry);
        let is_urgent = hurry == Hurry::Now && !line.is_urgent;
        line.is_urgent |= is_urgent;
        let is_first = waiting == 0;
        if is_first {
            lines.turns.push_back(key);
        }
        lines.count += 1;
        // What is left of those who are busy wakes nobody: somebody else may be the first for whom there is a batch.
        let is_alone = is_first && (lines.count == 1 || !lines.busy.is_empty());
        let count = lines.count;
        drop(lines);
        if is_alone || is_urgent || count == COMPANY {
            self.shared.came.notify_one();
        }
        Ok(())
    }

    /// Whether something waits that is in a hurry.
    pub fn is_urgent(&self) -> bool {
        let lines = self.shared.lock();
        lines.of.values().any(|line| line.is_urgent)
    }

    /// How much waits.
    pub fn len(&self) -> usize {
        self.shared.lock().count
    }
}

impl<K: Copy + Eq + Hash, T> Outlet<K, T> {
    /// Waits until there is something, and gives at most `most` of it: one of each line in turn. None when the other
    /// end is gone and all was taken. Nothing is lost when it is not waited for to the end.
    pub async fn take(&mut self, most: usize, from: From<K>) -> Option<Taken<K, T>> {
        loop {
            let came = self.shared.came.notified();
            let rest = {
                let mut lines = self.shared.lock();
                if lines.is_closed && lines.count == 0 {
                    return None;
                }
                let rest = match from {
                    From::All => lines.rest(self.taken_at),
                    From::Beside(when, not) => lines.rest_beside(when, not),
                };
                if rest == Some(Duration::ZERO) {
                    if from == From::All {
                        self.taken_at = Some(Instant::now());
                    }
                    return Some(lines.draw(most, from));
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

    /// One of these whose batch met a lock may have rows that are locked: for a while none of them waits for the others, or
    /// until a batch of theirs meets none.
    pub fn part(&mut self, keys: &HashSet<K>, met_a_lock: bool) {
        let until = Instant::now() + APART;
        let mut lines = self.shared.lock();
        match met_a_lock {
            true => lines.apart.extend(keys.iter().map(|key| (*key, until))),
            false => lines.apart.retain(|key, _| !keys.contains(key)),
        }
    }

    /// What was taken of these is stored.
    pub fn free(&mut self, keys: &HashSet<K>) {
        let mut lines = self.shared.lock();
        lines.busy.retain(|key| !keys.contains(key));
    }
}

impl<K: Copy + Eq + Hash, T> Lines<K, T> {
    /// The lines of which nothing is under way.
    fn free(&self) -> impl Iterator<Item = (&K, &Line<T>)> {
        let lines = self.of.iter();
        lines.filter(|(key, _)| !self.busy.contains(key))
    }

    /// How long what waits is to wait on, after the batch that was taken then; None: nothing waits that may be taken.
    fn rest(&self, taken_at: Option<Instant>) -> Option<Duration> {
        let (mut count, mut is_urgent) = (0, self.is_closed);
        for (_, line) in self.free() {
            count += line.entries.len();
            is_urgent |= line.is_urgent;
        }
        let since = |at: Instant| PACE.saturating_sub(at.elapsed());
        match count {
            0 => None,
            count if is_urgent || count >= COMPANY => Some(Duration::ZERO),
            _ => Some(taken_at.map_or(Duration::ZERO, since)),
        }
    }

    /// How long whoever is in a hurry waits until it goes beside the batch that takes until `when` or longer.
    fn rest_beside(&self, when: Instant, not: K) -> Option<Duration> {
        let others = self.free().filter(|(key, _)| **key != not);
        let patience = others.map(|(_, line)| line.patience()).min()?;
        Some((when + patience).saturating_duration_since(Instant::now()))
    }

    fn draw(&mut self, most: usize, from: From<K>) -> Taken<K, T> {
        let now = Instant::now();
        self.apart.retain(|_, until| *until > now);
        let mut taken = Taken {
            keys: HashSet::new(),
            entries: Vec::with_capacity(most.min(self.count)),
            is_apart: false,
        };
        let may = |key: &K, line: &Line<T>| match from {
            From::All => true,
            From::Beside(when, not) => *key != not && when + line.patience() <= now,
        };
        let mut passed_over = VecDeque::new();
        while taken.entries.len() < most
            && let Some(key) = self.turns.pop_front()
        {
            let Some(line) = self.of.get_mut(&key) else {
                continue;
            };
            let is_in = taken.keys.contains(&key);
            let is_apart = self.apart.contains_key(&key);
            let is_welcome = may(&key, line) && (!is_apart || taken.keys.is_empty());
            if self.busy.contains(&key) || !(is_in || is_welcome) {
                passed_over.push_back(key);
                continue;
            }
            taken.keys.insert(key);
            // Alone it need not take turns.
            let share = match is_apart || self.turns.is_empty() {
                true => most - taken.entries.len(),
                false => 1,
            };
            let share = share.min(line.entries.len());
            taken.entries.extend(line.entries.drain(..share));
            line.is_urgent = true;
            match line.entries.is_empty() {
                true => drop(self.of.remove(&key)),
                false => self.turns.push_back(key),
            }
            taken.is_apart = is_apart;
            if is_apart {
                break;
            }
        }
        if from == From::All {
            // What is left has waited for a batch.
            self.of.values_mut().for_each(|line| line.is_urgent = true);
        }
        // Whose turn it was has it next.
        passed_over.append(&mut self.turns);
        self.turns = passed_over;
        self.count -= taken.entries.len();
        self.busy.extend(&taken.keys);
        taken
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

    fn push<K: Copy + Eq + Hash, T>(
        inlet: &Inlet<K, T>,
        key: K,
        entry: T,
        hurry: Hurry,
    ) -> Result<(), Refused> {
        inlet.push(key, entry, hurry, false)
    }

    /// What a batch takes that is stored at once.
    async fn take(outlet: &mut Outlet<u8, u32>, most: usize) -> Vec<u32> {
        match outlet.take(most, From::All).await {
            Some(taken) => {
                outlet.free(&taken.keys);
                taken.entries
            }
            None => Vec::new(),
        }
    }

    #[tokio::test]
    async fn who_has_much_delays_the_others_by_a_batch() {
        let (inlet, mut outlet) = lines();
        for entry in 0..1_000 {
            push(&inlet, 1, entry, Hurry::Now).unwrap();
        }
        assert_eq!(take(&mut outlet, 10).await, (0..10).collect::<Vec<_>>());
        for entry in 5_000..5_003 {
            push(&inlet, 2, entry, Hurry::Now).unwrap();
        }
        push(&inlet, 3, 9_000, Hurry::Now).unwrap();
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
            push(&inlet, (entry % 7) as u8, entry, hurry).unwrap();
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
            push(&inlet, 1, entry, Hurry::Soon).unwrap();
        }
        assert_eq!(push(&inlet, 1, 0, Hurry::Now), Err(Refused::Full));
        assert_eq!(push(&inlet, 2, 0, Hurry::Now), Ok(()));
        for entry in inlet.len()..MOST {
            let key = 100 + entry / LONGEST;
            push(&inlet, key, entry, Hurry::Soon).unwrap();
        }
        assert_eq!(push(&inlet, 3, 0, Hurry::Now), Err(Refused::Full));
        // What people do is not refused for what others leave here.
        assert_eq!(inlet.push(1, 0, Hurry::Now, true), Ok(()));
        assert_eq!(inlet.push(3, 0, Hurry::Soon, true), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_in_no_batch_that_takes_long_goes_beside_it() {
        const ATTEMPTS: u8 = 0;
        let (inlet, mut outlet) = lines();
        push(&inlet, 1, 10, Hurry::Now).unwrap();
        push(&inlet, ATTEMPTS, 1, Hurry::Now).unwrap();
        let main = outlet.take(9, From::All).await.unwrap();
        assert_eq!(main.entries, [10, 1]);
        let beside = From::Beside(Instant::now() + PACE, ATTEMPTS);
        push(&inlet, 1, 11, Hurry::Now).unwrap();
        push(&inlet, ATTEMPTS, 2, Hurry::Now).unwrap();
        push(&inlet, 3, 30, Hurry::Soon).unwrap();
        {
            let mut taken = pin!(outlet.take(9, beside));
            assert!(poll!(&mut taken).is_pending());
            push(&inlet, 2, 20, Hurry::Now).unwrap();
            assert!(poll!(&mut taken).is_pending());
        }
        // One that is not waited for to the end takes nothing.
        let second = outlet.take(9, beside).await.unwrap();
        assert_eq!(second.entries, [20]);
        push(&inlet, 2, 21, Hurry::Now).unwrap();
        outlet.free(&main.keys);
        // The next one takes all but what is under way.
        let third = outlet.take(9, From::All).await.unwrap();
        assert_eq!(third.entries, [11, 2, 30]);
        {
            let mut taken = pin!(outlet.take(9, From::All));
            assert!(poll!(&mut taken).is_pending());
        }
        push(&inlet, 4, 40, Hurry::Soon).unwrap();
        outlet.free(&second.keys);
        // What may wait goes beside it in the end.
        let beside = From::Beside(Instant::now(), ATTEMPTS);
        let fourth = outlet.take(9, beside).await.unwrap();
        assert_eq!(fourth.entries, [21]);
        let fifth = outlet.take(9, beside).await.unwrap();
        assert_eq!(fifth.entries, [40]);
        drop(inlet);
        assert!(outlet.take(9, From::All).await.is_none());
    }

    #[tokio::test]
    async fn whoever_takes_waits_until_something_comes() {
        let (inlet, mut outlet) = lines();
        let taken = tokio::spawn(async move { (take(&mut outlet, 5).await, outlet) });
        tokio::task::yield_now().await;
        push(&inlet, 1, 7, Hurry::Soon).unwrap();
        let (batch, mut outlet) = taken.await.unwrap();
        assert_eq!(batch, [7]);
        push(&inlet, 1, 8, Hurry::Soon).unwrap();
        drop(inlet);
        assert_eq!(take(&mut outlet, 5).await, [8]);
        assert!(take(&mut outlet, 5).await.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn what_may_wait_goes_with_what_may_not() {
        let (inlet, mut outlet) = lines();
        // The first waits for nothing.
        push(&inlet, 1, 0, Hurry::Soon).unwrap();
        assert_eq!(take(&mut outlet, 5).await, [0]);
        {
            let mut taken = pin!(take(&mut outlet, 5));
            push(&inlet, 1, 1, Hurry::Soon).unwrap();
            assert!(poll!(&mut taken).is_pending());
            push(&inlet, 2, 2, Hurry::Soon).unwrap();
            assert!(poll!(&mut taken).is_pending());
            push(&inlet, 3, 3, Hurry::Now).unwrap();
            assert_eq!(poll!(&mut taken), Poll::Ready(vec![1, 2, 3]));
        }
        // Many need no further company, and what is left of them has waited.
        {
            let mut taken = pin!(take(&mut outlet, COMPANY - 1));
            for entry in 1..COMPANY {
                push(&inlet, 1, entry as u32, Hurry::Soon).unwrap();
                assert!(poll!(&mut taken).is_pending());
            }
            push(&inlet, 1, 5, Hurry::Soon).unwrap();
            assert!(poll!(&mut taken).is_ready());
        }
        {
            let mut rest = pin!(take(&mut outlet, 5));
            assert_eq!(poll!(&mut rest), Poll::Ready(vec![5]));
        }
        // Alone it waits for its time only.
        let began = Instant::now();
        push(&inlet, 1, 7, Hurry::Soon).unwrap();
        assert_eq!(take(&mut outlet, 5).await, [7]);
        assert!((PACE..PACE * 2).contains(&began.elapsed()));
    }

    #[tokio::test(start_paused = true)]
    async fn who_met_a_lock_shares_no_batch_for_a_while() {
        let (inlet, mut outlet) = lines();
        let come = || {
            for key in 1..=3 {
                push(&inlet, key, u32::from(key), Hurry::Now).unwrap();
                push(&inlet, key, u32::from(key) * 10, Hurry::Now).unwrap();
            }
        };
        come();
        outlet.part(&HashSet::from([1, 2]), true);
        assert_eq!(take(&mut outlet, 9).await, [1, 10]);
        assert_eq!(take(&mut outlet, 9).await, [2, 20]);
        assert_eq!(take(&mut outlet, 9).await, [3, 30]);
        tokio::time::sleep(APART).await;
        come();
        assert_eq!(take(&mut outlet, 9).await.len(), 6);
        // Whose next batch meets none was innocent.
        outlet.part(&HashSet::from([1, 2, 3]), true);
        outlet.part(&HashSet::from([2, 3]), false);
        come();
        let alone = outlet.take(9, From::All).await.unwrap();
        assert_eq!((&alone.entries[..], alone.is_apart), (&[1, 10][..], true));
        assert_eq!(take(&mut outlet, 9).await.len(), 4);
    }

    #[test]
    fn an_outlet_that_is_gone_lets_nobody_wait() {
        let (inlet, outlet) = lines();
        let (answer, mut waits) = tokio::sync::oneshot::channel::<()>();
        push(&inlet, 1, answer, Hurry::Soon).unwrap();
        drop(outlet);
        assert!(waits.try_recv().is_err());
        let (answer, _) = tokio::sync::oneshot::channel();
        let refused = push(&inlet, 1, answer, Hurry::Now);
        assert_eq!(refused, Err(Refused::Closed));
    }
}
