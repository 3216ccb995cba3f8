//! A past that nobody had: conversations as `command-center import` takes them, always the same for one seed.

use std::io::{self, Write};

use rand::Rng;
use rand::rngs::SmallRng;
use rand_distr::{Distribution, LogNormal};

use super::chance::{Of, chance};
use super::script::write_words;
use super::size::Size;

/// How much the lengths of conversations differ: the deviation of their logarithm.
const SPREAD: f64 = 1.0;
/// The longest conversation is so many times as long as the mean.
const LONGEST: f64 = 40.0;
/// The first customer; the others follow. No country has these numbers.
const FIRST_PHONE: u64 = 99_900_000_000;
const FIRST_NAMES: [&str; 16] = [
    "Mia", "Noah", "Olga", "Yusuf", "Chen", "Amara", "Lucas", "Ingrid", "Mateo", "Priya", "Aisha",
    "Jonas", "Keiko", "Samuel", "Zoë", "Fátima",
];
const LAST_NAMES: [&str; 16] = [
    "Smith",
    "García",
    "Müller",
    "Silva",
    "Kowalski",
    "Nguyen",
    "Okafor",
    "Rossi",
    "Haddad",
    "Petrov",
    "Tanaka",
    "Dubois",
    "Jensen",
    "Kaya",
    "Fernández",
    "Singh",
];

/// What is to be made.
#[derive(Clone, Debug)]
pub struct Past {
    pub seed: u64,
    pub conversations: u32,
    /// Of all conversations together; each has one at least, so that it can be a few more.
    pub messages: u64,
    /// Over how long, in seconds.
    pub span: u64,
    /// When it ended, in seconds since 1970.
    pub end: u64,
}

impl Past {
    /// Writes the `number`-th conversation as a line; gives how many messages it has.
    pub fn write(&self, out: &mut impl Write, number: u32) -> io::Result<u64> {
        let number = u64::from(number);
        let mut chance = chance(self.seed, Of::Past, number);
        let count = self.length(&mut chance);
        // The last line of most conversations lies back some way, of a few only minutes.
        let ago = (chance.random::<f64>().powi(2) * self.span as f64) as u64;
        let last = self.end.saturating_sub(ago);
        let status = match chance.random_range(0..100) {
            0..4 => "open",
            4..6 => "pending",
            _ => "closed",
        };
        let name = |names: [&'static str; 16], bits: u64| names[(bits % 16) as usize];
        write!(
            out,
            r#"{{"phone":"{}","name":"{} {}","status":"{status}","messages":["#,
            FIRST_PHONE + number,
            name(FIRST_NAMES, number),
            name(LAST_NAMES, number / 16),
        )?;
        // An hour between two lines on average, less when that would not fit.
        let gap = (self.span / 2 / count).clamp(1, 3600);
        let mut at = last.saturating_sub(gap * (count - 1));
        let mut text = Vec::with_capacity(256);
        for index in 0..count {
            let ours = index > 0 && chance.random_range(0..2) == 0;
            text.clear();
            write_words(&mut text, Size::CHAT, &mut chance);
            let (comma, direction) = (
                if index == 0 { "" } else { "," },
                if ours { "outbound" } else { "inbound" },
            );
            write!(
                out,
                r#"{comma}{{"direction":"{direction}","at":{at},"id":"wamid.PAST{number:x}.{index:x}","text":""#
            )?;
            out.write_all(&text)?;
            out.write_all(b"\"}")?;
            at += gap;
        }
        out.write_all(b"]}\n")?;
        Ok(count)
    }

    fn length(&self, chance: &mut SmallRng) -> u64 {
        let mean = self.messages as f64 / f64::from(self.conversations.max(1));
        // With this median the mean comes out.
        let median = mean.max(1.0).ln() - SPREAD * SPREAD / 2.0;
        let drawn = match LogNormal::new(median, SPREAD) {
            Ok(lengths) => lengths.sample(chance),
            // Only for a spread that is no number.
            Err(_) => mean,
        };
        (drawn.min(mean * LONGEST).round() as u64).max(1)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn past() -> Past {
        Past {
            seed: 7,
            conversations: 2_000,
            messages: 40_000,
            span: 86_400 * 30,
            end: 1_777_887_060,
        }
    }

    fn line(past: &Past, number: u32) -> (String, u64) {
        let mut out = Vec::new();
        let count = past.write(&mut out, number).unwrap();
        (String::from_utf8(out).unwrap(), count)
    }

    #[test]
    fn each_line_is_a_conversation_in_order_that_ended_in_time() {
        let past = past();
        for number in 0..200 {
            let (text, count) = line(&past, number);
            let line: Value = serde_json::from_str(&text).unwrap();
            let messages = line["messages"].as_array().unwrap();
            assert_eq!(messages.len() as u64, count);
            let times: Vec<u64> = messages
                .iter()
                .map(|said| said["at"].as_u64().unwrap())
                .collect();
            assert!(times.is_sorted());
            assert!(times.iter().all(|at| *at <= past.end));
            assert_eq!(messages[0]["direction"], "inbound");
        }
    }

    #[test]
    fn there_are_about_as_many_messages_as_were_asked_for() {
        let past = past();
        let all: u64 = (0..past.conversations).map(|n| line(&past, n).1).sum();
        assert!((36_000..44_000).contains(&all), "{all}");
    }

    #[test]
    fn one_seed_has_one_past() {
        let past = past();
        let other = Past {
            seed: 8,
            ..past.clone()
        };
        assert_eq!(line(&past, 3), line(&past, 3));
        assert_ne!(line(&past, 3), line(&other, 3));
    }
}
