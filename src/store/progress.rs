//! Whether what others wait for moves: a line that stands still takes nobody in any more. Whoever waits already waits
//! on, and now and then one more may try.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// How often one is let in while nothing moves, to find out whether it still does not.
const PROBE_EVERY: Duration = Duration::from_secs(1);

/// Who got what he waited for says so that much later at most, when much goes on.
const LAG: Duration = Duration::from_millis(200);

/// What is known of a line.
#[derive(Debug)]
pub(super) struct Progress {
    /// Nothing moved for so long though somebody waits: it stands still.
    patience: Duration,
    state: Mutex<State>,
    /// It stood still, and moves again.
    moves: Notify,
}

#[derive(Debug)]
struct State {
    waiting: usize,
    /// When somebody last got what he waited for, or the first one of the line came.
    moved: Instant,
    stands: bool,
    probed: Option<Instant>,
}

impl State {
    /// Whether whoever comes now gets a place: the line moves, or it is time to try whether it does.
    fn has_room(&mut self, now: Instant, patience: Duration) -> bool {
        if self.waiting == 0 && !self.stands {
            self.moved = now;
        }
        self.stands |= now.saturating_duration_since(self.moved) > patience;
        let since = |probed| now.saturating_duration_since(probed);
        !self.stands || self.probed.is_none_or(|at| since(at) >= PROBE_EVERY)
    }
}

/// A place in a line, given up when it is dropped.
pub(super) struct Place<'a>(&'a Progress);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.lock().waiting -= 1;
    }
}

impl Progress {
    /// A line in which nobody waits.
    pub fn new(patience: Duration) -> Self {
        Self {
            patience,
            state: Mutex::new(State {
                waiting: 0,
                moved: Instant::now(),
                stands: false,
                probed: None,
            }),
            moves: Notify::new(),
        }
    }

    /// A place for whoever comes now, who waits for `hope` when the line stands still: it may be about to move.
    pub async fn enter_soon(&self, hope: Duration) -> Option<Place<'_>> {
        let moves = self.moves.notified();
        if let Some(place) = self.enter(Instant::now()) {
            return Some(place);
        }
        tokio::time::timeout(hope, moves).await.ok()?;
        self.enter(Instant::now())
    }

    /// Whether whoever comes now would find a place within `hope`; takes none.
    pub async fn has_room_soon(&self, hope: Duration) -> bool {
        let moves = self.moves.notified();
        let has_room = || self.lock().has_room(Instant::now(), self.patience);
        has_room() || (tokio::time::timeout(hope, moves).await.is_ok() && has_room())
    }

    /// A place for whoever comes now; None when the line stands still.
    pub fn enter(&self, now: Instant) -> Option<Place<'_>> {
        let mut state = self.lock();
        if !state.has_room(now, self.patience) {
            return None;
        }
        if state.stands {
            state.probed = Some(now);
        }
        state.waiting += 1;
        Some(Place(self))
    }

    /// Somebody got what he waited for.
    pub fn note(&self, now: Instant) {
        let mut state = self.lock();
        state.moved = now;
        if std::mem::take(&mut state.stands) {
            self.moves.notify_waiters();
        }
    }

    /// Nothing moved since then, as somebody found out who waited; no harm is done when something did.
    pub fn stop(&self, since: Instant) {
        let mut state = self.lock();
        state.stands |= state.moved <= since + LAG;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Never left half-changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(1);

    fn line() -> (Progress, impl Fn(u64) -> Instant) {
        let begin = Instant::now();
        (Progress::new(PATIENCE), move |ms| {
            begin + Duration::from_millis(ms)
        })
    }

    #[test]
    fn a_line_that_stands_still_takes_nobody_in_but_one_each_second() {
        let (line, at) = line();
        let _first = line.enter(at(0)).unwrap();
        let _second = line.enter(at(900)).unwrap();
        let _probe = line.enter(at(1_100)).unwrap();
        assert!(line.enter(at(1_200)).is_none());
        assert!(line.enter(at(2_000)).is_none());
        assert!(line.enter(at(2_200)).is_some());
        assert!(line.enter(at(2_300)).is_none());
    }

    #[test]
    fn a_slow_line_that_moves_takes_everybody_in() {
        let (line, at) = line();
        let mut places = Vec::new();
        for step in 0..50 {
            places.push(line.enter(at(step * 800)).unwrap());
            places.push(line.enter(at(step * 800 + 700)).unwrap());
            line.note(at(step * 800 + 750));
        }
    }

    #[test]
    fn the_first_success_opens_it_again() {
        let (line, at) = line();
        let _first = line.enter(at(0)).unwrap();
        let _probe = line.enter(at(2_000)).unwrap();
        assert!(line.enter(at(2_100)).is_none());
        line.note(at(2_200));
        assert!(line.enter(at(2_300)).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn who_comes_a_moment_before_it_moves_again_gets_in() {
        let line = Progress::new(PATIENCE);
        let _first = line.enter(Instant::now()).unwrap();
        line.stop(Instant::now());
        let _probe = line.enter(Instant::now()).unwrap();
        let hope = Duration::from_millis(200);
        assert!(!line.has_room_soon(hope).await);
        assert!(line.enter_soon(hope).await.is_none());
        let (entered, ()) = tokio::join!(line.enter_soon(hope), async {
            line.note(Instant::now());
        });
        assert!(entered.is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_asks_whether_there_is_room_takes_nobodys_place() {
        let line = Progress::new(PATIENCE);
        let _first = line.enter(Instant::now()).unwrap();
        line.stop(Instant::now());
        assert!(line.has_room_soon(Duration::ZERO).await);
        let _probe = line.enter(Instant::now()).unwrap();
        let (has_room, ()) = tokio::join!(line.has_room_soon(PATIENCE), async {
            line.note(Instant::now());
        });
        assert!(has_room);
    }

    #[test]
    fn a_line_that_was_empty_for_long_does_not_stand_still() {
        let (line, at) = line();
        drop(line.enter(at(0)).unwrap());
        let _first = line.enter(at(60_000)).unwrap();
        assert!(line.enter(at(60_500)).is_some());
    }

    #[test]
    fn that_all_gave_up_waiting_does_not_open_it() {
        let (line, at) = line();
        let first = line.enter(at(0)).unwrap();
        let probe = line.enter(at(1_500)).unwrap();
        drop((first, probe));
        assert!(line.enter(at(1_600)).is_none());
        assert!(line.enter(at(60_000)).is_some());
        assert!(line.enter(at(60_100)).is_none());
    }

    #[test]
    fn whoever_finds_out_that_nothing_moves_closes_it_at_once() {
        let (line, at) = line();
        let _first = line.enter(at(0)).unwrap();
        // Others got what they waited for meanwhile.
        line.note(at(500));
        line.stop(at(1));
        assert!(line.enter(at(501)).is_some());
        line.stop(at(400));
        let _probe = line.enter(at(510)).unwrap();
        assert!(line.enter(at(520)).is_none());
        line.note(at(530));
        assert!(line.enter(at(540)).is_some());
    }
}
