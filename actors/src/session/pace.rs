//! How fast a number may speak, as pure arithmetic: a token bucket per number and one per contact
//! (CLOUD_API section 13).

use std::collections::HashMap;
use std::time::Duration;

use crate::model::ids::ConversationId;
use crate::time::Timestamp;

/// Messages that one contact may get in a burst.
const PAIR_BURST: f64 = 45.0;
/// One message per contact each six seconds in the long run.
const PAIR_PER_SECOND: f64 = 1.0 / 6.0;
/// Contacts whose buckets are remembered; full buckets are forgotten first.
const MAX_PAIRS: usize = 20_000;

/// A bucket that fills with time.
#[derive(Clone, Debug)]
pub struct TokenBucket {
    capacity: f64,
    per_second: f64,
    tokens: f64,
    at: Timestamp,
}

impl TokenBucket {
    /// A full bucket.
    pub const fn new(capacity: f64, per_second: f64, now: Timestamp) -> Self {
        Self {
            capacity,
            per_second,
            tokens: capacity,
            at: now,
        }
    }

    /// Takes a token; else says how long until there is one.
    pub fn take(&mut self, now: Timestamp) -> Result<(), Duration> {
        self.fill(now);
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Ok(());
        }
        Err(Duration::from_secs_f64(
            (1.0 - self.tokens) / self.per_second,
        ))
    }

    /// Gives a token back that was not used.
    pub const fn put_back(&mut self) {
        self.tokens = (self.tokens + 1.0).min(self.capacity);
    }

    fn fill(&mut self, now: Timestamp) {
        let grown = now.since(self.at).as_secs_f64() * self.per_second;
        self.tokens = (self.tokens + grown).min(self.capacity);
        // A clock that was set back must not keep it empty until it is there again.
        self.at = now;
    }

    fn is_full(&mut self, now: Timestamp) -> bool {
        self.fill(now);
        self.tokens >= self.capacity
    }
}

/// Times at which those come back for whom there was no room, so that they do not all come at once.
#[derive(Debug, Default)]
pub struct Slots {
    next: Timestamp,
}

impl Slots {
    /// The clock was set back by `step`.
    pub fn set_back(&mut self, step: Duration) {
        self.next = self.next - step;
    }

    /// The next free time that is not before `soonest`, when `per_second` come back.
    pub fn take(&mut self, soonest: Timestamp, per_second: u32) -> Timestamp {
        let at = self.next.max(soonest);
        let gap = Duration::from_millis(1000 / u64::from(per_second.clamp(1, 1000)));
        self.next = at + gap;
        at
    }
}

/// The buckets of a number's contacts.
#[derive(Debug, Default)]
pub struct Pairs {
    buckets: HashMap<ConversationId, TokenBucket>,
}

impl Pairs {
    /// Takes the contact's token; else says how long until there is one.
    pub fn take(&mut self, conversation: ConversationId, now: Timestamp) -> Result<(), Duration> {
        if self.buckets.len() >= MAX_PAIRS {
            self.buckets.retain(|_, bucket| !bucket.is_full(now));
        }
        self.buckets
            .entry(conversation)
            .or_insert_with(|| TokenBucket::new(PAIR_BURST, PAIR_PER_SECOND, now))
            .take(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn a_number_sends_its_rate_and_no_more() {
        let mut bucket = TokenBucket::new(80.0, 80.0, at(0));
        assert_eq!((0..200).filter(|_| bucket.take(at(0)).is_ok()).count(), 80);
        assert_eq!(
            (0..200).filter(|_| bucket.take(at(1000)).is_ok()).count(),
            80
        );
        assert_eq!(
            bucket.take(at(1000)),
            Err(Duration::from_secs_f64(1.0 / 80.0))
        );
    }

    #[test]
    fn those_who_come_back_do_not_come_all_at_once() {
        let mut slots = Slots::default();
        let times: Vec<Timestamp> = (0..3).map(|_| slots.take(at(500), 10)).collect();
        assert_eq!(times, [at(500), at(600), at(700)]);
        assert_eq!(slots.take(at(5000), 10), at(5000));
    }

    #[test]
    fn a_clock_that_is_set_back_stops_nobody() {
        let mut bucket = TokenBucket::new(2.0, 1.0, at(600_000));
        assert_eq!(
            [bucket.take(at(600_000)), bucket.take(at(600_000))],
            [Ok(()); 2]
        );
        assert!(bucket.take(at(0)).is_err());
        assert_eq!(bucket.take(at(1000)), Ok(()));
        let mut slots = Slots::default();
        slots.take(at(600_000), 10);
        slots.set_back(Duration::from_secs(600));
        assert_eq!(slots.take(at(0), 10), at(100));
    }

    #[test]
    fn a_contact_gets_45_at_once_and_then_one_each_six_seconds() {
        let mut pairs = Pairs::default();
        let contact = ConversationId(1);
        assert_eq!(
            (0..60)
                .filter(|_| pairs.take(contact, at(0)).is_ok())
                .count(),
            45
        );
        assert_eq!(
            (0..60)
                .filter(|_| pairs.take(contact, at(12_000)).is_ok())
                .count(),
            2
        );
        assert!(
            pairs.take(ConversationId(2), at(0)).is_ok(),
            "others are not held back"
        );
    }
}
