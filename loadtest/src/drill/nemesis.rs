//! Who breaks things: when and where follows from a seed, so that a run can be told again.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rand_distr::{Distribution, Exp1};

/// A pause is at most so many times the mean, so that a drill has an end.
const LONGEST: f64 = 3.0;
/// There is no sense in breaking what did not start yet.
const SHORTEST: Duration = Duration::from_millis(200);

/// The source of all chance in a drill.
pub struct Nemesis {
    chance: StdRng,
}

impl Nemesis {
    /// One whose choices follow from `seed`.
    pub fn new(seed: u64) -> Self {
        Self {
            chance: StdRng::seed_from_u64(seed),
        }
    }

    /// How long until the next blow: random points of time are this far apart.
    pub fn pause(&mut self, mean: Duration) -> Duration {
        let factor: f64 = Exp1.sample(&mut self.chance);
        mean.mul_f64(factor.min(LONGEST)).max(SHORTEST)
    }

    /// One of `count`.
    pub fn pick(&mut self, count: usize) -> usize {
        self.chance.random_range(0..count.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deeds(seed: u64) -> Vec<(Duration, usize)> {
        let mut nemesis = Nemesis::new(seed);
        let mean = Duration::from_secs(5);
        (0..1_000)
            .map(|_| (nemesis.pause(mean), nemesis.pick(3)))
            .collect()
    }

    #[test]
    fn a_seed_tells_all_of_a_run() {
        assert_eq!(deeds(7), deeds(7));
        assert_ne!(deeds(7), deeds(8));
    }

    #[test]
    fn every_node_has_its_turn_and_pauses_have_their_mean() {
        let deeds = deeds(1);
        for node in 0..3 {
            let turns = deeds.iter().filter(|(_, picked)| *picked == node).count();
            assert!((250..420).contains(&turns), "{turns}");
        }
        let total: Duration = deeds.iter().map(|(pause, _)| *pause).sum();
        let mean = total.as_secs_f64() / 1_000.0;
        // What lies beyond three times the mean is cut off, which takes 5 % of it.
        assert!((4.3..5.3).contains(&mean), "{mean}");
    }
}
