//! Randomness that follows from the seed: what becomes of the n-th thing is the same in every run, whoever does it
//! and when.

use rand::SeedableRng;
use rand::rngs::SmallRng;

/// What is left to chance; two of them never share their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Who writes the n-th message.
    Writer = 1,
    /// What the n-th message says.
    Content = 2,
    /// What the n-th agent does.
    Agent = 3,
    /// Which kind the n-th send is.
    Send = 4,
    /// What was said in the n-th conversation of the past.
    Past = 5,
    /// What the n-th read asks for.
    Read = 6,
}

/// Odd numbers with their bits well spread.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
const SPREAD_MORE: u64 = 0xd1b5_4a32_d192_ed03;

/// The source for the `number`-th thing of that sort.
pub fn chance(seed: u64, of: Of, number: u64) -> SmallRng {
    let sort = (of as u64).wrapping_mul(SPREAD);
    SmallRng::seed_from_u64(seed ^ sort ^ number.wrapping_mul(SPREAD_MORE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    #[test]
    fn the_same_thing_has_the_same_fate_and_others_have_others() {
        let draw = |seed, of, number| chance(seed, of, number).random::<u64>();
        assert_eq!(draw(1, Of::Writer, 7), draw(1, Of::Writer, 7));
        for other in [
            draw(2, Of::Writer, 7),
            draw(1, Of::Content, 7),
            draw(1, Of::Writer, 8),
        ] {
            assert_ne!(draw(1, Of::Writer, 7), other);
        }
    }
}
