//! How long people take: pauses that are mostly short and sometimes long.

use std::time::Duration;

use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

/// The deviation of a pause's logarithm: nine of ten lie between a third and two and a half times the middle.
const SPREAD: f64 = 0.7;
/// Nobody takes longer than so many times the mean.
const LONGEST: f64 = 10.0;

/// A pause that is `mean` on average.
pub fn pause(mean: Duration, chance: &mut impl Rng) -> Duration {
    let normal: f64 = StandardNormal.sample(chance);
    // The mean of a log-normal lies above its median by this factor.
    let factor = (SPREAD * normal - SPREAD * SPREAD / 2.0).exp();
    mean.mul_f64(factor.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::chance::{Of, chance};

    #[test]
    fn pauses_differ_and_have_their_mean() {
        let mut source = chance(1, Of::Agent, 1);
        let all: Vec<f64> = (0..20_000)
            .map(|_| pause(Duration::from_secs(4), &mut source).as_secs_f64())
            .collect();
        let mean = all.iter().sum::<f64>() / all.len() as f64;
        assert!((3.9..4.1).contains(&mean), "{mean}");
        let short = all.iter().filter(|seconds| **seconds < 2.0).count();
        assert!((3_000..7_000).contains(&short), "{short}");
    }
}
