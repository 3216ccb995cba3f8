//! Who writes: every contact as often as the others, or few much and many little (Zipf's law).

use anyhow::Context;
use rand_distr::{Distribution, Zipf};

use super::chance::{Of, chance};
use super::shard::Shard;

/// The contacts of a run.
#[derive(Clone, Debug)]
pub struct Crowd {
    /// Of all shards together.
    contacts: u32,
    shard: Shard,
    seed: u64,
    zipf: Option<Zipf<f64>>,
    /// Nobody writes twice.
    is_once: bool,
}

impl Crowd {
    /// The n-th message is the n-th contact's, and their only one; there are at most so many.
    pub fn once(most: u32) -> Self {
        Self {
            is_once: true,
            ..Self::even(most)
        }
    }

    /// All write equally often.
    pub fn even(contacts: u32) -> Self {
        Self {
            contacts,
            shard: Shard::default(),
            seed: 0,
            zipf: None,
            is_once: false,
        }
    }

    /// The k-th contact writes k^-`exponent` times as often as the first; 0 is evenly.
    pub fn new(contacts: u32, exponent: f64, seed: u64, shard: Shard) -> anyhow::Result<Self> {
        let own = shard.share(contacts);
        anyhow::ensure!(own > 0, "every shard needs at least one contact");
        let zipf = (exponent != 0.0)
            .then(|| Zipf::new(f64::from(own), exponent))
            .transpose()
            .context("--zipf must be 0 or above")?;
        Ok(Self {
            contacts,
            shard,
            seed,
            zipf,
            is_once: false,
        })
    }

    /// Numbers of contacts lie below it.
    pub const fn contacts(&self) -> u32 {
        self.contacts
    }

    /// Whether each contact's messages come one after the other, so that their order can be judged.
    pub const fn has_order(&self) -> bool {
        self.zipf.is_none()
    }

    /// The contacts that one connection writes for.
    pub fn lane(&self, connection: usize, connections: usize) -> Lane<'_> {
        Lane {
            crowd: self,
            part: Part::of(connection, connections, self.shard.share(self.contacts)),
            turn: 0,
        }
    }
}

/// One connection's contacts. Evenly: each contact belongs to one connection, so that its messages have an order.
/// By Zipf's law any connection may carry any contact, as the provider delivers in parallel: one connection could
/// not carry the contact that writes most.
pub struct Lane<'a> {
    crowd: &'a Crowd,
    part: Part,
    turn: u32,
}

impl Lane<'_> {
    /// Who writes the message of that number.
    pub fn writer(&mut self, number: u64) -> u32 {
        let own = match &self.crowd.zipf {
            None if self.crowd.is_once => u32::try_from(number).unwrap_or(u32::MAX),
            Some(zipf) => {
                let rank = zipf.sample(&mut chance(self.crowd.seed, Of::Writer, number));
                // Ranks are whole numbers from 1.
                rank as u32 - 1
            }
            None => {
                self.turn += 1;
                self.part.at(self.turn - 1)
            }
        };
        self.crowd.shard.number(own)
    }
}

/// Every `step`-th contact from `first`.
struct Part {
    first: u32,
    step: u32,
    count: u32,
}

impl Part {
    fn of(connection: usize, connections: usize, contacts: u32) -> Self {
        let connection = u32::try_from(connection).unwrap_or(0);
        let step = u32::try_from(connections).unwrap_or(1).max(1);
        let count = contacts.saturating_sub(connection).div_ceil(step);
        Self {
            // More connections than contacts: the last ones share.
            first: if count == 0 {
                connection % contacts.max(1)
            } else {
                connection
            },
            step,
            count: count.max(1),
        }
    }

    const fn at(&self, turn: u32) -> u32 {
        self.first + (turn % self.count) * self.step
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_contact_belongs_to_one_connection() {
        let crowd = Crowd::even(10);
        let mut owners = vec![0; 10];
        for connection in 0..3 {
            let mut lane = crowd.lane(connection, 3);
            for _ in 0..lane.part.count {
                owners[lane.writer(0) as usize] += 1;
            }
        }
        assert_eq!(owners, vec![1; 10]);
        assert!(
            Crowd::even(2).lane(5, 8).writer(0) < 2,
            "no contact is made up"
        );
    }

    #[test]
    fn who_writes_once_never_comes_again() {
        let crowd = Crowd::once(100);
        let writers = |connection| crowd.lane(connection, 4).writer(7);
        assert_eq!((writers(0), writers(3)), (7, 7));
        assert_eq!(crowd.lane(1, 4).writer(8), 8);
    }

    #[test]
    fn by_zipf_the_first_contact_writes_twice_as_often_as_the_second() {
        let crowd = Crowd::new(1000, 1.0, 7, Shard::default()).unwrap();
        let mut wrote = vec![0_u32; 1000];
        let mut lane = crowd.lane(0, 4);
        for number in 0..50_000 {
            wrote[lane.writer(number) as usize] += 1;
        }
        let ratio = f64::from(wrote[0]) / f64::from(wrote[1]);
        assert!((1.8..2.2).contains(&ratio), "{ratio}");
        // The harmonic number of 1000 is 7.49.
        let share = f64::from(wrote[0]) / 50_000.0;
        assert!((share - 1.0 / 7.49).abs() < 0.01, "{share}");
        assert_eq!(crowd.lane(0, 4).writer(9), crowd.lane(3, 4).writer(9));
    }

    #[test]
    fn shards_have_no_contact_in_common() {
        let writers = |shard: &str| -> std::collections::BTreeSet<u32> {
            let crowd = Crowd::new(20, 0.5, 1, shard.parse().unwrap()).unwrap();
            let mut lane = crowd.lane(0, 1);
            (0..1000).map(|number| lane.writer(number)).collect()
        };
        let (first, second) = (writers("1/2"), writers("2/2"));
        assert_eq!((first.len(), second.len()), (10, 10));
        assert!(first.is_disjoint(&second));
        assert!(Crowd::new(1, 0.0, 1, "2/2".parse().unwrap()).is_err());
    }
}
