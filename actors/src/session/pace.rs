//! How fast a number may speak, as pure arithmetic: a token bucket per number and one per contact (CLOUD_API section 13);
//! and when those come back for whom it has no room.

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

/// By more than that a clock differs from what it should show only when somebody set it.
const SET: Duration = Duration::from_secs(1);

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

    /// The clock was set.
    pub fn follow(&mut self, step: Step) {
        self.at = step.of(self.at);
    }

    fn fill(&mut self, now: Timestamp) {
        let grown = now.since(self.at).as_secs_f64() * self.per_second;
        self.tokens = (self.tokens + grown).min(self.capacity);
        self.at = self.at.max(now);
    }

    fn is_full(&mut self, now: Timestamp) -> bool {
        self.fill(now);
        self.tokens >= self.capacity
    }
}

/// Those who come back within such a time come together: each claim is a transaction.
const TOGETHER: Duration = Duration::from_millis(250);
/// Nobody is sent away for longer: the provider may be quicker by then.
pub const MAX_AWAY: Duration = Duration::from_secs(30);

/// How long messages hold their places: the mean of the last dozens.
#[derive(Debug, Default)]
pub struct Flow {
    seconds: f64,
}

impl Flow {
    /// A place is free again.
    pub fn note(&mut self, held: Duration) {
        self.seconds += (held.as_secs_f64() - self.seconds) / 16.0;
    }

    /// How many a second go through so many places, `rate` at most.
    pub fn per_second(&self, places: usize, rate: u32) -> u32 {
        let per_second = places as f64 / self.seconds.max(f64::EPSILON);
        per_second.min(f64::from(rate)).max(1.0) as u32
    }
}

/// Times at which those come back for whom there was no room, so that they do not all come at once.
#[derive(Debug, Default)]
pub struct Slots {
    next: Timestamp,
}

impl Slots {
    /// The clock was set.
    pub fn follow(&mut self, step: Step) {
        self.next = step.of(self.next);
    }

    /// The next free time that is not before `soonest` nor after `latest`, when `per_second` come back.
    pub fn take(&mut self, soonest: Timestamp, latest: Timestamp, per_second: u32) -> Timestamp {
        let at = self.next.max(soonest);
        if at >= latest {
            return latest;
        }
        let gap = Duration::from_millis(1000 / u64::from(per_second.clamp(1, 1000)));
        self.next = at + gap;
        let step = i64::try_from(TOGETHER.as_millis()).unwrap_or(1);
        let together = at.millis() + (-at.millis()).rem_euclid(step);
        Timestamp::from_millis(together).min(latest)
    }
}

/// By how much a clock was set.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    back: Duration,
    ahead: Duration,
}

impl Step {
    /// A clock that should show `expected` and shows `now`; None when that is what clocks do by themselves.
    pub fn between(expected: Timestamp, now: Timestamp) -> Option<Self> {
        let (back, ahead) = (expected.since(now), now.since(expected));
        (back.max(ahead) > SET).then_some(Self { back, ahead })
    }

    /// What the clock shows then that should have shown `at`.
    pub fn of(self, at: Timestamp) -> Timestamp {
        at + self.ahead - self.back
    }
}

/// The buckets of a number's contacts.
#[derive(Debug, Default)]
pub struct Pairs {
    buckets: HashMap<ConversationId, TokenBucket>,
}

impl Pairs {
    /// The clock was set.
    pub fn follow(&mut self, step: Step) {
        let buckets = self.buckets.values_mut();
        buckets.for_each(|bucket| bucket.follow(step));
    }

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
        let latest = at(10_000);
        let times: Vec<Timestamp> = (0..4).map(|_| slots.take(at(500), latest, 10)).collect();
        assert_eq!(times, [at(500), at(750), at(750), at(1000)]);
        assert_eq!(slots.take(at(5000), latest, 10), at(5000));
        assert_eq!(slots.take(at(12_000), latest, 10), latest);
        assert_eq!(slots.take(at(5000), latest, 10), at(5250));
    }

    #[test]
    fn what_holds_its_place_for_long_slows_the_flow() {
        let mut flow = Flow::default();
        assert_eq!(flow.per_second(32, 80), 80);
        (0..100).for_each(|_| flow.note(Duration::from_millis(100)));
        assert_eq!(flow.per_second(32, 80), 80);
        (0..100).for_each(|_| flow.note(Duration::from_secs(2)));
        assert_eq!(flow.per_second(32, 80), 16);
        (0..200).for_each(|_| flow.note(Duration::from_secs(100)));
        assert_eq!(flow.per_second(32, 80), 1);
    }

    #[test]
    fn whoever_sets_the_clock_stops_nobody_and_gives_nothing() {
        assert!(Step::between(at(5_000), at(5_900)).is_none());
        let back = Step::between(at(600_000), at(0)).unwrap();
        let ahead = Step::between(at(0), at(600_000)).unwrap();
        let mut bucket = TokenBucket::new(2.0, 1.0, at(600_000));
        let both = [bucket.take(at(600_000)), bucket.take(at(600_000))];
        assert_eq!(both, [Ok(()); 2]);
        bucket.follow(back);
        assert!(bucket.take(at(0)).is_err());
        assert_eq!(bucket.take(at(1_000)), Ok(()));
        bucket.follow(ahead);
        assert!(bucket.take(at(601_000)).is_err());
        let mut slots = Slots::default();
        slots.take(at(600_000), at(630_000), 10);
        slots.follow(back);
        assert_eq!(slots.take(at(0), at(30_000), 10), at(250));
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
