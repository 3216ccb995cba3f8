//! The room for callbacks that are worked on. It shrinks while they take long, since whoever is taken in waits for all
//! before them; it grows again when they don't.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use actors::model::ids::{OrganizationId, SessionId};

use super::lock;

/// Room for the bodies of callbacks, in KiB.
const ALL: u64 = 256 * 1024;
/// How far those who take little may exceed it.
const RESERVE: u64 = ALL / 4;
/// What is left of it when they take long: for 256 small ones, which a database that answers 200 ms late is done with in time.
const SMALLEST: u64 = ALL / 4;
/// What each callback takes at least: a thousand small ones at a time are a third of a second's work.
const LEAST: u64 = 256;
/// When more than half of them take longer, there are too many at a time. While no processor time is left as much again passes
/// before a callback is read; with 400 ms one in a hundred was answered after more than 1.6 s (`loadtest drill f-32`).
const SLOW: Duration = Duration::from_millis(200);
/// After so long the room is measured anew.
const WHILE: Duration = Duration::from_millis(250);
/// By how much it grows in that time.
const STEP: u64 = ALL / 16;

/// Who takes room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Taker {
    /// Whose number is called: several of them are no more than one.
    Organization(OrganizationId),
    /// A number of which nobody knows yet whose it is.
    Number(SessionId),
}

/// What is taken of the room, in KiB.
pub(super) struct Taken {
    /// How much there is at the moment.
    room: u64,
    all: u64,
    by: HashMap<Taker, u64>,
    /// When the room was measured, the most that was taken since then, and the callbacks that ended, and took long.
    since: Instant,
    high: u64,
    ended: u32,
    slow: u32,
}

impl Default for Taken {
    fn default() -> Self {
        Self {
            room: ALL,
            all: 0,
            by: HashMap::new(),
            since: Instant::now(),
            high: 0,
            ended: 0,
            slow: 0,
        }
    }
}

/// A callback's part of it; free again when it is dropped.
pub struct Room {
    taken: Arc<Mutex<Taken>>,
    by: Taker,
    size: u64,
}

impl Room {
    /// Room for a callback of `length` bytes; None when there is none.
    pub(super) fn take(taken: &Arc<Mutex<Taken>>, by: Taker, length: u64) -> Option<Self> {
        let size = (length / 1024).max(LEAST);
        lock(taken).take(by, size).then(|| Self {
            taken: Arc::clone(taken),
            by,
            size,
        })
    }

    /// The callback is done with: the hub took so long for it from when all of it was there. None: it could not be stored.
    /// What is large takes long whatever else there is to do, and says nothing.
    pub fn done(&self, took: Option<Duration>) {
        if self.size == LEAST {
            let is_slow = took.is_none_or(|took| took > SLOW);
            lock(&self.taken).measure(is_slow, Instant::now());
        }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        lock(&self.taken).give_back(self.by, self.size);
    }
}

impl Taken {
    /// Whether more than so many sixteenths of the room are taken.
    pub(super) const fn is_above(&self, sixteenths: u64) -> bool {
        self.all > self.room / 16 * sixteenths
    }

    fn take(&mut self, taker: Taker, size: u64) -> bool {
        let by = self.by.get(&taker).copied().unwrap_or_default() + size;
        let all = self.all + size;
        // A quarter is kept from whoever has the most.
        let fits = all <= self.room && by <= self.room / 4 * 3;
        // Who takes little must not wait for whoever took more before the room shrank.
        let most = (self.room + RESERVE).min(ALL);
        let is_little = all <= most && by <= self.room / 8;
        if !fits && !is_little {
            return false;
        }
        self.all = all;
        self.high = self.high.max(all);
        self.by.insert(taker, by);
        true
    }

    fn give_back(&mut self, taker: Taker, size: u64) {
        self.all = self.all.saturating_sub(size);
        let Some(by) = self.by.get_mut(&taker) else {
            return;
        };
        *by = by.saturating_sub(size);
        if *by == 0 {
            self.by.remove(&taker);
        }
    }

    /// Makes the room smaller when callbacks take long and there are many, and larger again when they don't.
    fn measure(&mut self, is_slow: bool, now: Instant) {
        self.ended += 1;
        self.slow += u32::from(is_slow);
        let whiles = now.saturating_duration_since(self.since).as_millis() / WHILE.as_millis();
        if whiles == 0 {
            return;
        }
        if self.slow * 2 <= self.ended {
            let steps = u64::try_from(whiles).unwrap_or(u64::MAX).min(ALL / STEP);
            self.room = (self.room + STEP * steps).min(ALL);
        } else if self.high > self.room / 2 {
            self.room = (self.room / 4 * 3).max(SMALLEST);
        }
        (self.since, self.high, self.ended, self.slow) = (now, self.all, 0, 0);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    type Shared = Arc<Mutex<Taken>>;

    fn number_of(id: i64) -> Taker {
        Taker::Number(SessionId(id))
    }

    fn fill(taken: &Shared, number: i64) -> Vec<Room> {
        std::iter::from_fn(|| Room::take(taken, number_of(number), 900)).collect()
    }

    /// Some end within a while, so many of ten after long.
    fn pass(taken: &Shared, slow: u32, whiles: u32) {
        let mut taken = lock(taken);
        let (since, then) = (taken.since, taken.since + WHILE * whiles);
        for one in 0..9 {
            taken.measure(one < slow, since);
        }
        taken.measure(slow > 9, then);
    }

    #[test]
    fn large_bodies_take_the_room_of_many() {
        let taken = Shared::default();
        let enter = || Room::take(&taken, number_of(1), 3 * 1024 * 1024);
        let places: Vec<Room> = std::iter::from_fn(enter).collect();
        assert_eq!(places.len() as u64, ALL / 4 * 3 / (3 * 1024));
    }

    #[test]
    fn a_quarter_of_the_room_is_for_others() {
        let taken = Shared::default();
        let mut places = fill(&taken, 1);
        assert_eq!(places.len(), 768);
        assert!(Room::take(&taken, number_of(2), 900).is_some());
        places.pop();
        assert!(Room::take(&taken, number_of(1), 900).is_some());
        drop(places);
        assert!(lock(&taken).by.is_empty());
    }

    #[test]
    fn there_is_less_room_while_callbacks_take_long_and_then_all_of_it_again() {
        let taken = Shared::default();
        let places = fill(&taken, 1);
        // Some that take long are no reason.
        pass(&taken, 5, 1);
        assert_eq!(lock(&taken).room, ALL);
        for _ in 0..9 {
            pass(&taken, 6, 1);
        }
        drop(places);
        assert_eq!(fill(&taken, 1).len(), 256 / 4 * 3);
        pass(&taken, 0, 1);
        assert_eq!(lock(&taken).room, SMALLEST + STEP);
        pass(&taken, 0, 60);
        assert_eq!(fill(&taken, 1).len(), 768);
    }

    #[test]
    fn a_few_that_take_long_leave_the_room_as_it_is() {
        let taken = Shared::default();
        let places: Vec<Room> = fill(&taken, 1).into_iter().take(500).collect();
        // The most since it was measured, which was all of it.
        pass(&taken, 0, 1);
        pass(&taken, 10, 1);
        assert_eq!(lock(&taken).room, ALL);
        drop(places);
    }

    #[test]
    fn who_takes_little_gets_in_while_one_has_more_than_is_left() {
        let taken = Shared::default();
        let mut places: Vec<Room> = fill(&taken, 1).into_iter().take(400).collect();
        for _ in 0..9 {
            lock(&taken).high = ALL;
            pass(&taken, 10, 1);
        }
        assert!(Room::take(&taken, number_of(1), 900).is_none());
        places.extend(fill(&taken, 2));
        places.extend(fill(&taken, 3));
        assert_eq!(places.len(), 400 + 2 * 256 / 8);
        // Many who take little each are many all the same.
        places.extend((4..40).flat_map(|number| fill(&taken, number)));
        assert_eq!(places.len(), 256 + 256);
        assert!(lock(&taken).is_above(8));
    }
}
