//! Whether what comes in can be stored, as the latest batches tell. A database that answers questions may still take
//! nothing: its disk is full, or it is read-only.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use actors::ports::store::StoreError;

use super::Store;

/// A refusal of longer ago says nothing of now: nobody wrote since.
const YOUNG: Duration = Duration::from_secs(60);

/// The latest refusal, unless something was stored since.
#[derive(Debug, Default)]
pub(super) struct Storing(Mutex<Option<(Instant, String)>>);

impl Storing {
    fn set(&self, refused: Option<(Instant, String)>) {
        // Never left half-changed.
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = refused;
    }

    fn trouble(&self, now: Instant) -> Option<String> {
        let refused = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, text) = refused.as_ref()?;
        (now.saturating_duration_since(*at) < YOUNG).then(|| text.clone())
    }
}

impl Store {
    /// Notes how a batch of changes of one kind ended.
    pub(super) fn note_storing<T>(&self, done: &Result<T, StoreError>) {
        match done {
            Ok(_) => self.inner.storing.set(None),
            Err(StoreError::Unavailable(text)) => {
                let refused = (Instant::now(), text.clone());
                self.inner.storing.set(Some(refused));
            }
            // About this batch, not about the database.
            Err(_) => {}
        }
    }

    /// Why the latest messages could not be stored; None when they could, or that was long ago.
    pub fn storing_trouble(&self) -> Option<String> {
        self.inner.storing.trouble(Instant::now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_until_something_is_stored_or_a_minute_has_passed() {
        let (storing, now) = (Storing::default(), Instant::now());
        assert_eq!(storing.trouble(now), None);
        storing.set(Some((now, "database or disk is full".to_owned())));
        assert!(storing.trouble(now + YOUNG / 2).is_some());
        assert_eq!(storing.trouble(now + YOUNG), None);
        storing.set(None);
        assert_eq!(storing.trouble(now), None);
    }
}
