//! Time-ordered ids: 41 bits of milliseconds, 10 bits of node, 12 bits of counter. Outside the hub an id
//! is a prefix that names its noun and 13 characters of Crockford base32 (`msg_0c3h…`), which sort as the
//! numbers do.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::time::Timestamp;

/// The first instant that an id can carry: 2024-01-01T00:00:00Z.
const EPOCH_MILLIS: i64 = 1_704_067_200_000;
const NODE_BITS: u32 = 10;
const COUNTER_BITS: u32 = 12;
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const TEXT_LENGTH: usize = 13;

/// A text that is no id of the wanted noun.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {0} id")]
pub struct InvalidId(pub &'static str);

/// Makes ids that rise with time; one per node.
#[derive(Debug)]
pub struct IdSource {
    node: i64,
    last: AtomicI64,
}

impl IdSource {
    /// The source of node `node` (0 to 1023; higher bits are cut off).
    pub const fn new(node: u16) -> Self {
        Self {
            node: (node as i64) & ((1 << NODE_BITS) - 1),
            last: AtomicI64::new(0),
        }
    }

    /// A fresh number, greater than each one given before, carrying `now` unless the clock went back.
    pub fn next(&self, now: Timestamp) -> i64 {
        let floor = (now.millis() - EPOCH_MILLIS).max(0) << COUNTER_BITS;
        let step = self
            .last
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| {
                Some(floor.max(last + 1))
            });
        let (Ok(last) | Err(last)) = step;
        let tick = floor.max(last + 1);
        let (millis, counter) = (tick >> COUNTER_BITS, tick & ((1 << COUNTER_BITS) - 1));
        (millis << (NODE_BITS + COUNTER_BITS)) | (self.node << COUNTER_BITS) | counter
    }
}

/// The bits of an id below its instant: node and counter.
pub const LOW_BITS: i64 = (1 << (NODE_BITS + COUNTER_BITS)) - 1;

/// The smallest id number that can carry `at`: the border of a time range. What lies beyond all ids becomes the last.
pub fn floor_at(at: Timestamp) -> i64 {
    let millis = at.millis().saturating_sub(EPOCH_MILLIS).max(0);
    millis.saturating_mul(LOW_BITS + 1)
}

/// The instant that an id number carries.
pub fn instant_of(number: i64) -> Timestamp {
    Timestamp::from_millis((number >> (NODE_BITS + COUNTER_BITS)) + EPOCH_MILLIS)
}

/// Writes `prefix_` and the number.
pub fn write(f: &mut fmt::Formatter<'_>, prefix: &str, number: i64) -> fmt::Result {
    let mut text = [0_u8; TEXT_LENGTH];
    let mut rest = number as u64;
    for slot in text.iter_mut().rev() {
        *slot = ALPHABET[(rest & 31) as usize];
        rest >>= 5;
    }
    write!(
        f,
        "{prefix}_{}",
        std::str::from_utf8(&text).map_err(|_| fmt::Error)?
    )
}

/// Reads what [`write`] wrote.
pub fn read(prefix: &'static str, text: &str) -> Result<i64, InvalidId> {
    let digits = text
        .strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('_'))
        .filter(|digits| digits.len() == TEXT_LENGTH)
        .ok_or(InvalidId(prefix))?;
    let mut number: u64 = 0;
    for byte in digits.bytes() {
        let value = ALPHABET
            .iter()
            .position(|&c| c == byte)
            .ok_or(InvalidId(prefix))?;
        number = number
            .checked_mul(32)
            .and_then(|n| n.checked_add(value as u64))
            .ok_or(InvalidId(prefix))?;
    }
    i64::try_from(number).map_err(|_| InvalidId(prefix))
}

/// Declares the id type of one noun: a number inside, `prefix_…` in text, JSON and OpenAPI.
#[macro_export]
macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl $name {
            /// The prefix that names the noun in text.
            pub const PREFIX: &'static str = $prefix;
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::id::write(f, $prefix, self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::id::InvalidId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::id::read($prefix, text).map(Self)
            }
        }

        impl From<i64> for $name {
            fn from(number: i64) -> Self {
                Self(number)
            }
        }

        impl From<$name> for i64 {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .examples([concat!($prefix, "_0c3h7k9m2p4r6")])
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
        }
    };
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    id_type!(ThingId, "thg");

    #[test]
    fn an_id_survives_its_text_and_sorts_like_it() {
        let source = IdSource::new(7);
        let now = Timestamp::from_millis(1_790_000_000_000);
        let (a, b) = (ThingId(source.next(now)), ThingId(source.next(now)));
        assert!(a < b && a.to_string() < b.to_string());
        assert_eq!(a.to_string().parse::<ThingId>().unwrap(), a);
        assert_eq!(instant_of(a.0), now);
    }

    #[test]
    fn ids_rise_when_the_clock_goes_back() {
        let source = IdSource::new(1);
        let first = source.next(Timestamp::from_millis(1_790_000_000_000));
        let second = source.next(Timestamp::from_millis(1_780_000_000_000));
        assert!(second > first);
    }

    #[test]
    fn a_foreign_or_broken_id_is_refused() {
        for text in [
            "",
            "thg",
            "thg_",
            "oth_0000000000000",
            "thg_000000000000u",
            "thg_zzzzzzzzzzzzz",
        ] {
            assert_eq!(
                text.parse::<ThingId>(),
                Err(InvalidId(ThingId::PREFIX)),
                "{text}"
            );
        }
    }
}
