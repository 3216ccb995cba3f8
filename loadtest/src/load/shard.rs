//! One of several processes that put load on the same hub together.

use std::fmt;
use std::str::FromStr;

/// What a run's number keeps free for the shard.
const BITS: u32 = 8;

/// The `index`-th (from 1) of `count` processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    index: u32,
    count: u32,
}

impl Default for Shard {
    /// The only one.
    fn default() -> Self {
        Self { index: 1, count: 1 }
    }
}

impl Shard {
    /// How many processes there are.
    pub const fn count(self) -> u32 {
        self.count
    }

    /// This one's part of a rate of all.
    pub fn part(self, rate: f64) -> f64 {
        rate / f64::from(self.count)
    }

    /// How many of `all` numbered things are this one's.
    pub const fn share(self, all: u32) -> u32 {
        all.saturating_sub(self.index - 1).div_ceil(self.count)
    }

    /// The number, among all, of this one's `n`-th thing.
    pub const fn number(self, n: u32) -> u32 {
        n * self.count + self.index - 1
    }

    /// A seed of its own, so that the processes do not all do the same at the same time.
    pub const fn seed(self, seed: u64) -> u64 {
        seed.wrapping_add((self.index as u64 - 1) << 32)
    }

    /// A run's number that no other shard can have, made of a random one.
    pub const fn run(self, random: u32) -> u32 {
        if self.count == 1 {
            return random;
        }
        (random << BITS) | (self.index - 1)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (index, count) = text
            .split_once('/')
            .and_then(|(index, count)| Some((index.parse().ok()?, count.parse().ok()?)))
            .ok_or("write which of how many: 1/3, 2/3, 3/3")?;
        if !(1..=1 << BITS).contains(&count) || !(1..=count).contains(&index) {
            return Err(format!(
                "{text} is not one of at most {} processes, counted from 1",
                1 << BITS
            ));
        }
        Ok(Self { index, count })
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_take_everything_once() {
        let mut owners = vec![0; 11];
        for index in 1..=3 {
            let shard: Shard = format!("{index}/3").parse().unwrap();
            for n in 0..shard.share(11) {
                owners[shard.number(n) as usize] += 1;
            }
        }
        assert_eq!(owners, vec![1; 11]);
        assert_eq!(
            (Shard::default().share(11), Shard::default().number(7)),
            (11, 7)
        );
    }

    #[test]
    fn no_two_shards_share_a_run_or_a_seed() {
        let shard = |text: &str| text.parse::<Shard>().unwrap();
        let (first, second) = (shard("1/2"), shard("2/2"));
        assert_ne!(first.run(0xabcd_ef01), second.run(0xabcd_ef01));
        assert_ne!(first.seed(1), second.seed(1));
        assert_eq!(Shard::default().run(0xabcd_ef01), 0xabcd_ef01);
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "1", "0/2", "3/2", "1/0", "1/257", "a/b"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
