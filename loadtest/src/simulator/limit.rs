//! Token buckets for the provider's two rates: messages per number and second, messages per pair of number and
//! user.

/// Messages that a pair may borrow from the future before it has to wait.
pub const PAIR_BURST: f64 = 45.0;
/// A pair earns one message each six seconds.
pub const PAIR_PER_SECOND: f64 = 1.0 / 6.0;

/// A bucket that fills with time; the time is given by the caller.
#[derive(Clone, Debug)]
pub struct Bucket {
    capacity: f64,
    per_second: f64,
    tokens: f64,
    at_ms: i64,
}

impl Bucket {
    /// A full bucket.
    pub const fn new(capacity: f64, per_second: f64) -> Self {
        Self {
            capacity,
            per_second,
            tokens: capacity,
            at_ms: i64::MIN,
        }
    }

    /// A bucket for one second of messages.
    pub const fn throughput(per_second: f64) -> Self {
        Self::new(per_second, per_second)
    }

    /// A bucket for one number and one user.
    pub const fn pair() -> Self {
        Self::new(PAIR_BURST, PAIR_PER_SECOND)
    }

    /// Takes one token, or says no.
    pub fn take(&mut self, now_ms: i64) -> bool {
        self.fill(now_ms);
        if self.tokens < 1.0 {
            return false;
        }
        self.tokens -= 1.0;
        true
    }

    /// Takes one token that can't be refused (an inbound message counts too).
    pub fn charge(&mut self, now_ms: i64) {
        self.fill(now_ms);
        self.tokens = (self.tokens - 1.0).max(-self.capacity);
    }

    fn fill(&mut self, now_ms: i64) {
        if self.at_ms != i64::MIN {
            let elapsed = (now_ms - self.at_ms).max(0) as f64 / 1000.0;
            self.tokens = self.capacity.min(self.tokens + elapsed * self.per_second);
        }
        self.at_ms = now_ms;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_may_burst_45_and_then_gets_one_each_six_seconds() {
        let mut pair = Bucket::pair();
        let taken = (0..100).filter(|_| pair.take(0)).count();
        assert_eq!(taken, 45);
        assert!(!pair.take(5_900));
        assert!(pair.take(6_000));
        assert!(!pair.take(6_001));
    }

    #[test]
    fn inbound_messages_eat_from_the_same_throughput() {
        let mut number = Bucket::throughput(2.0);
        number.charge(0);
        assert!(number.take(0));
        assert!(!number.take(0));
    }
}
