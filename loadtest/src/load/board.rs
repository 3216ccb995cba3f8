//! What all posting and watching tasks share: which message was due when, and which were acknowledged.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Bit that marks an acknowledged message; the rest of the word is the due time in microseconds, plus one.
const ACKED: u64 = 1 << 63;

/// One word per message.
pub struct Board {
    start: OnceLock<Instant>,
    words: Vec<AtomicU64>,
    next: AtomicU64,
    stopped: AtomicBool,
}

impl Board {
    /// Room for that many messages.
    pub fn new(most: u64) -> Self {
        let room = usize::try_from(most).unwrap_or(usize::MAX);
        Self {
            start: OnceLock::new(),
            words: (0..room).map(|_| AtomicU64::new(0)).collect(),
            next: AtomicU64::new(0),
            stopped: AtomicBool::new(false),
        }
    }

    /// The clock starts now, if it does not run yet.
    pub fn begin(&self) {
        self.start();
    }

    /// When the run began.
    pub fn start(&self) -> Instant {
        *self.start.get_or_init(Instant::now)
    }

    /// Takes `count` message numbers; None when the board is full or the run is stopped.
    pub fn take(&self, count: u64) -> Option<u64> {
        if self.stopped.load(Ordering::Relaxed) {
            return None;
        }
        let first = self.next.fetch_add(count, Ordering::Relaxed);
        (first + count <= self.words.len() as u64).then_some(first)
    }

    /// Nobody takes numbers any more.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// A message is due at that time.
    pub fn set_due(&self, number: u64, due: Instant) {
        if let Some(word) = self.word(number) {
            let micros = due.saturating_duration_since(self.start()).as_micros();
            word.store(u64::try_from(micros).unwrap_or(0) + 1, Ordering::Relaxed);
        }
    }

    /// When a message was due, from the start; None when it was never posted.
    pub fn due(&self, number: u64) -> Option<Duration> {
        let word = self.word(number)?.load(Ordering::Relaxed) & !ACKED;
        word.checked_sub(1).map(Duration::from_micros)
    }

    /// The hub said 200.
    pub fn set_acked(&self, number: u64) {
        if let Some(word) = self.word(number) {
            word.fetch_or(ACKED, Ordering::Relaxed);
        }
    }

    /// Whether the hub said 200.
    pub fn acked(&self, number: u64) -> bool {
        self.word(number)
            .is_some_and(|word| word.load(Ordering::Relaxed) & ACKED > 0)
    }

    /// How many numbers were taken.
    pub fn taken(&self) -> u64 {
        self.next
            .load(Ordering::Relaxed)
            .min(self.words.len() as u64)
    }

    /// How many were acknowledged.
    pub fn acked_count(&self) -> u64 {
        (0..self.taken())
            .filter(|number| self.acked(*number))
            .count() as u64
    }

    fn word(&self, number: u64) -> Option<&AtomicU64> {
        self.words.get(usize::try_from(number).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_due_then_acknowledged() {
        let board = Board::new(4);
        assert_eq!(board.take(3), Some(0));
        assert_eq!(board.take(3), None);
        assert_eq!(board.due(1), None);
        board.set_due(1, board.start() + Duration::from_millis(5));
        board.set_acked(1);
        assert_eq!(board.due(1), Some(Duration::from_millis(5)));
        assert!(board.acked(1) && !board.acked(0));
    }
}
