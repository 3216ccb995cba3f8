//! How long texts are: a distribution of bytes.

use std::fmt;
use std::str::FromStr;

use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

/// The longest text that the provider documents, in characters; ours are counted in bytes.
const LONGEST: u32 = 4096;

/// Lengths of texts in bytes of UTF-8.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Size {
    Fixed(u32),
    Even {
        from: u32,
        to: u32,
    },
    /// Half are shorter than `median`; `spread` is the deviation of the logarithm.
    LogNormal {
        median: f64,
        spread: f64,
    },
}

impl Size {
    /// As people write: half are shorter than 45 bytes, one in a hundred is longer than 460. An assumption.
    pub const CHAT: Self = Self::LogNormal {
        median: 45.0,
        spread: 1.0,
    };

    /// A length.
    pub fn pick(self, chance: &mut impl Rng) -> usize {
        let bytes = match self {
            Self::Fixed(bytes) => bytes,
            Self::Even { from, to } => chance.random_range(from..=to),
            Self::LogNormal { median, spread } => {
                let normal: f64 = StandardNormal.sample(chance);
                // A cast of a float stays within the bounds of the type.
                (median * (spread * normal).exp()).round() as u32
            }
        };
        bytes.clamp(1, LONGEST) as usize
    }
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bytes = |text: &str| {
            let read: Result<u32, _> = text.trim().parse();
            read.ok()
                .filter(|bytes| (1..=LONGEST).contains(bytes))
                .ok_or_else(|| format!("{text:?} is no length from 1 to {LONGEST} bytes"))
        };
        if let Some((median, spread)) = text.split_once('~') {
            let spread: f64 = spread
                .trim()
                .parse()
                .ok()
                .filter(|spread| (0.0..=5.0).contains(spread))
                .ok_or_else(|| format!("{spread:?} is no spread from 0 to 5"))?;
            let median = f64::from(bytes(median)?);
            return Ok(Self::LogNormal { median, spread });
        }
        if let Some((from, to)) = text.split_once('-') {
            let (from, to) = (bytes(from)?, bytes(to)?);
            if from > to {
                return Err("write the shorter length first: 20-400".to_owned());
            }
            return Ok(Self::Even { from, to });
        }
        Ok(Self::Fixed(bytes(text)?))
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(bytes) => write!(f, "{bytes}"),
            Self::Even { from, to } => write!(f, "{from}-{to}"),
            Self::LogNormal { median, spread } => write!(f, "{median}~{spread}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::chance::{Of, chance};

    fn lengths(size: Size) -> Vec<usize> {
        let mut all: Vec<usize> = (0..10_000)
            .map(|number| size.pick(&mut chance(1, Of::Content, number)))
            .collect();
        all.sort_unstable();
        all
    }

    #[test]
    fn lengths_follow_their_distribution() {
        assert!(lengths(Size::Fixed(90)).iter().all(|bytes| *bytes == 90));
        let even = lengths(Size::Even { from: 20, to: 40 });
        assert_eq!((even[0], even[9_999]), (20, 40));
        let chat = lengths(Size::CHAT);
        assert!((43..=47).contains(&chat[5_000]), "{}", chat[5_000]);
        assert!((400..=520).contains(&chat[9_900]), "{}", chat[9_900]);
        assert!(chat[9_999] <= LONGEST as usize);
    }

    #[test]
    fn a_size_is_told_as_it_is_written() {
        for text in ["90", "20-400", "45~1"] {
            assert_eq!(text.parse::<Size>().unwrap().to_string(), text);
        }
        for wrong in ["", "0", "9999", "400-20", "45~x", "45~9", "a-b"] {
            assert!(wrong.parse::<Size>().is_err(), "{wrong}");
        }
    }
}
