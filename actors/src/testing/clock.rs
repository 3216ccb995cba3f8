//! A clock that tests set; it goes on with tokio's, so paused time moves it as well.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use crate::ports::clock::Clock;
use crate::time::Timestamp;

/// 2026-01-05T09:00:00Z: when tests begin unless they say otherwise.
pub const START: Timestamp = Timestamp::from_millis(1_767_603_600_000);

/// Tells a settable time.
#[derive(Debug)]
pub struct TestClock {
    origin: Instant,
    base: AtomicI64,
}

impl TestClock {
    /// A clock that shows `at` now.
    pub fn at(at: Timestamp) -> Self {
        Self {
            origin: Instant::now(),
            base: AtomicI64::new(at.millis()),
        }
    }

    /// Moves the clock on.
    pub fn advance(&self, by: Duration) {
        let millis = i64::try_from(by.as_millis()).unwrap();
        self.base.fetch_add(millis, Ordering::Relaxed);
    }

    /// Somebody sets it back.
    pub fn set_back(&self, by: Duration) {
        let millis = i64::try_from(by.as_millis()).unwrap();
        self.base.fetch_sub(millis, Ordering::Relaxed);
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self::at(START)
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.base.load(Ordering::Relaxed)) + self.origin.elapsed()
    }
}
