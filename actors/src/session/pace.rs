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

    /// How long until there are so many tokens.
    pub fn wait_for(&mut self, tokens: usize, now: Timestamp) -> Duration {
        self.fill(now);
        let missing = (tokens as f64 - self.tokens).max(0.0);
        Duration::from_secs_f64(missing / self.per_second)
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
/// When somebody comes back at the soonest.
const SOONEST: Duration = Duration::from_millis(500);
/// Because others are slow nobody is sent away for longer: they may be quicker by then.
const LONGEST: Duration = Duration::from_secs(30);

/// How long messages hold their places, and how long they are on the way: the means of the last dozens.
#[derive(Debug, Default)]
pub struct Flow {
    held: f64,
    took: f64,
}

impl Flow {
    /// A place is free again.
    pub fn note_place(&mut self, held: Duration) {
        self.held += (held.as_secs_f64() - self.held) / 16.0;
    }

    /// A message landed.
    pub fn note_landing(&mut self, took: Duration) {
        self.took += (took.as_secs_f64() - self.took) / 16.0;
    }

    /// How many a second go through so many places, `rate` at most; no more than land, when no more may be on the way
    /// than these.
    pub fn per_second(&self, places: usize, crowd: Option<usize>, rate: u32) -> u32 {
        let through = places as f64 / self.held.max(f64::EPSILON);
        let landing = crowd.map_or(f64::INFINITY, |crowd| {
            crowd as f64 / self.took.max(f64::EPSILON)
        });
        through.min(landing).clamp(1.0, f64::from(rate.max(1))) as u32
    }
}

/// Times at which those come back for whom there was no room, so that they do not all come at once.
#[derive(Debug, Default)]
pub struct Slots {
    /// The next one if all goes as fast as it may.
    by_rate: Timestamp,
    /// The next one if all goes on as slowly as now.
    by_flow: Timestamp,
}

impl Slots {
    /// The clock was set.
    pub fn follow(&mut self, step: Step) {
        self.by_rate = step.of(self.by_rate);
        self.by_flow = step.of(self.by_flow);
    }

    /// The next free time when `ahead` wait, `flow` go through in a second now, and `rate` at best.
    pub fn take(&mut self, now: Timestamp, ahead: usize, flow: u32, rate: u32) -> Timestamp {
        let latest = now + LONGEST;
        let by_rate = next(&mut self.by_rate, now, ahead, rate);
        let by_flow = match self.by_flow.max(now) < latest {
            true => next(&mut self.by_flow, now, ahead, flow).min(latest),
            false => latest,
        };
        let at = by_rate.max(by_flow).millis();
        let step = i64::try_from(TOGETHER.as_millis()).unwrap_or(1);
        Timestamp::from_millis(at + (-at).rem_euclid(step))
    }
}

/// Takes the next time when so many come in a second and so many are ahead.
fn next(next: &mut Timestamp, now: Timestamp, ahead: usize, per_second: u32) -> Timestamp {
    let per_second = f64::from(per_second.max(1));
    let soonest = now + Duration::from_secs_f64(ahead as f64 / per_second).max(SOONEST);
    let at = soonest.max(*next);
    *next = at + Duration::from_secs_f64(1.0 / per_second);
    at
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

    /// How long until the contact may get so many.
    pub fn wait_for(
        &mut self,
        conversation: ConversationId,
        messages: usize,
        now: Timestamp,
    ) -> Duration {
        let bucket = self.buckets.get_mut(&conversation);
        bucket.map_or(Duration::ZERO, |bucket| bucket.wait_for(messages, now))
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
        let mut take = |now, ahead| slots.take(at(now), ahead, 10, 10);
        let times: Vec<Timestamp> = (0..4).map(|_| take(0, 0)).collect();
        assert_eq!(times, [at(500), at(750), at(750), at(1000)]);
        assert_eq!(take(5000, 20), at(7000));
    }

    #[test]
    fn who_waits_for_slow_ones_looks_again_soon_and_not_all_at_once() {
        let mut slots = Slots::default();
        let times: Vec<Timestamp> = (0..3000).map(|_| slots.take(at(0), 0, 2, 50)).collect();
        assert_eq!(times[..3], [at(500), at(1000), at(1500)]);
        assert_eq!(times[100], at(30_000));
        // Nobody can come sooner than the rate allows.
        assert_eq!(times[2500], at(50_500));
        let latest = times.iter().filter(|time| **time == at(30_000)).count();
        assert!(latest < 1500, "{latest} at once");
        assert_eq!(slots.take(at(61_000), 0, 50, 50), at(61_500));
    }

    #[test]
    fn what_holds_its_place_for_long_slows_the_flow() {
        let mut flow = Flow::default();
        assert_eq!(flow.per_second(32, None, 80), 80);
        (0..100).for_each(|_| flow.note_place(Duration::from_millis(100)));
        assert_eq!(flow.per_second(32, None, 80), 80);
        (0..100).for_each(|_| flow.note_place(Duration::from_secs(1)));
        assert_eq!(flow.per_second(32, None, 80), 32);
        (0..100).for_each(|_| flow.note_landing(Duration::from_secs(30)));
        assert_eq!(flow.per_second(32, None, 80), 32);
        assert_eq!(flow.per_second(32, Some(288), 80), 9);
        (0..100).for_each(|_| flow.note_landing(Duration::from_secs(1000)));
        assert_eq!(flow.per_second(32, Some(288), 80), 1);
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
        slots.take(at(600_000), 0, 10, 10);
        slots.follow(back);
        assert_eq!(slots.take(at(0), 0, 10, 10), at(750));
    }

    #[test]
    fn who_stands_far_behind_waits_for_all_before() {
        let mut pairs = Pairs::default();
        let contact = ConversationId(1);
        assert_eq!(pairs.wait_for(contact, 100, at(0)), Duration::ZERO);
        while pairs.take(contact, at(0)).is_ok() {}
        assert_eq!(pairs.wait_for(contact, 1, at(0)), Duration::from_secs(6));
        assert_eq!(pairs.wait_for(contact, 10, at(0)), Duration::from_secs(60));
        assert_eq!(pairs.wait_for(contact, 2, at(12_000)), Duration::ZERO);
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
