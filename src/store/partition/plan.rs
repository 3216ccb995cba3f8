//! Which partitions a table has and which it is to have: bounds as PostgreSQL writes them, periods, and what is to be
//! made ahead or dropped. Pure.

use std::time::Duration;

use actors::id;
use actors::time::Timestamp;
use chrono::{Datelike, Months, NaiveDate, NaiveDateTime, NaiveTime, Timelike};

/// Partitions that are made at a time: a clock far ahead must not make thousands.
const AT_ONCE: usize = 16;
/// How far ahead of now, and of all that is in it, a last partition that has rows is closed: its rows are checked
/// meanwhile, and nobody may come to write beyond that end before it has its successor.
const CLOSING: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// By what a table is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Key {
    /// By ids, which carry their time.
    Id,
    /// By a column of times.
    Time,
}

/// How long a partition is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Period {
    Day,
    Month,
    Quarter,
}

/// A partition and its borders; what has none at one side goes on for ever there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) struct Piece {
    pub name: String,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
}

impl Key {
    /// A border as SQL.
    pub fn literal(self, border: Timestamp) -> String {
        match self {
            Self::Id => format!("'{}'", id::floor_at(border)),
            Self::Time => format!("'{}'", border.naive().format("%Y-%m-%d %H:%M:%S")),
        }
    }

    fn border(self, text: &str) -> Option<Timestamp> {
        let value = text.trim().trim_matches('\'');
        match self {
            Self::Id => Some(id::instant_of(value.parse().ok()?)),
            Self::Time => {
                let at = NaiveDateTime::parse_from_str(value, "%Y-%m-%d %H:%M:%S%.f");
                Some(at.ok()?.into())
            }
        }
    }
}

impl Piece {
    /// Reads what PostgreSQL says of a partition: `FOR VALUES FROM ('…') TO ('…')`.
    pub fn read(key: Key, name: &str, bounds: &str) -> Option<Self> {
        let (from, to) = bounds
            .strip_prefix("FOR VALUES FROM (")?
            .strip_suffix(')')?
            .split_once(") TO (")?;
        let from = match from {
            "MINVALUE" => None,
            text => Some(key.border(text)?),
        };
        let to = match to {
            "MAXVALUE" => None,
            text => Some(key.border(text)?),
        };
        Some(Self {
            name: name.to_owned(),
            from,
            to,
        })
    }
}

impl Period {
    /// The first border after `at`.
    pub fn next(self, at: Timestamp) -> Timestamp {
        let day = at.naive().date();
        let first = |months: u32| day.with_day(1)?.checked_add_months(Months::new(months));
        let next = match self {
            Self::Day => day.succ_opt(),
            Self::Month => first(1),
            Self::Quarter => first(3 - day.month0() % 3),
        };
        midnight(next.unwrap_or(NaiveDate::MAX))
    }
}

/// The border between what has no beginning and the rest; None if nothing has none, which can't be.
pub(in crate::store) fn end_of_past(pieces: &[Piece]) -> Option<Timestamp> {
    let past = pieces.iter().find(|piece| piece.from.is_none())?;
    past.to
}

/// Where the last partition begins: up to there all are made.
pub(in crate::store) fn start_of_rest(pieces: &[Piece]) -> Option<Timestamp> {
    let rest = pieces.iter().find(|piece| piece.to.is_none())?;
    rest.from
}

/// The ends of the partitions to be made in place of a last one that begins at `rest`, so that `ahead` of now is
/// provided for. The first takes what was missed.
pub(in crate::store) fn ends(
    period: Period,
    rest: Timestamp,
    now: Timestamp,
    ahead: Duration,
) -> Vec<Timestamp> {
    let wanted = now + ahead;
    let (mut ends, mut last) = (Vec::new(), rest);
    while last < wanted && ends.len() < AT_ONCE {
        last = period.next(last.max(now));
        ends.push(last);
    }
    ends
}

/// Where a last partition is closed that has rows, the latest of which is at `latest`.
pub(in crate::store) fn closing(period: Period, latest: Timestamp, now: Timestamp) -> Timestamp {
    period.next(latest.max(now) + CLOSING)
}

/// Up to where everything can be dropped, when rows before `oldest` are not kept: the end of a whole partition. None
/// when there is none but the past, whose rows go by themselves.
pub(in crate::store) fn spent(pieces: &[Piece], oldest: Timestamp) -> Option<Timestamp> {
    pieces
        .iter()
        .filter(|piece| piece.from.is_some())
        .filter_map(|piece| piece.to)
        .filter(|end| *end <= oldest)
        .max()
}

/// The name of a partition that begins at `from`.
pub(in crate::store) fn name(table: &str, from: Timestamp) -> String {
    let from = from.naive();
    // A border that is no midnight comes from somebody's hand.
    match from.time().num_seconds_from_midnight() {
        0 => format!("{table}_{}", from.format("%Y%m%d")),
        _ => format!("{table}_{}", from.format("%Y%m%d%H%M%S")),
    }
}

fn midnight(day: NaiveDate) -> Timestamp {
    day.and_time(NaiveTime::MIN).into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn day(text: &str) -> Timestamp {
        at(&format!("{text}T00:00:00Z"))
    }

    fn piece(from: Option<&str>, to: Option<&str>) -> Piece {
        Piece {
            name: "p".to_owned(),
            from: from.map(day),
            to: to.map(day),
        }
    }

    #[test]
    fn periods_end_at_midnight() {
        let now = at("2026-11-26T13:14:15Z");
        assert_eq!(Period::Day.next(now), day("2026-11-27"));
        assert_eq!(Period::Month.next(now), day("2026-12-01"));
        assert_eq!(Period::Quarter.next(now), day("2027-01-01"));
        assert_eq!(Period::Quarter.next(day("2027-01-01")), day("2027-04-01"));
        assert_eq!(Period::Month.next(day("2028-01-31")), day("2028-02-01"));
    }

    #[test]
    fn bounds_are_read_as_they_are_written() {
        let (from, to) = (day("2026-10-01"), day("2027-01-01"));
        for key in [Key::Id, Key::Time] {
            let bounds = format!(
                "FOR VALUES FROM ({}) TO ({})",
                key.literal(from),
                key.literal(to)
            );
            let read = Piece::read(key, "p", &bounds).unwrap();
            assert_eq!(read, piece(Some("2026-10-01"), Some("2027-01-01")));
            let open = format!("FOR VALUES FROM (MINVALUE) TO ({})", key.literal(to));
            assert_eq!(
                Piece::read(key, "p", &open).unwrap(),
                piece(None, Some("2027-01-01"))
            );
            let open = format!("FOR VALUES FROM ({}) TO (MAXVALUE)", key.literal(to));
            assert_eq!(
                Piece::read(key, "p", &open).unwrap(),
                piece(Some("2027-01-01"), None)
            );
            assert_eq!(Piece::read(key, "p", "DEFAULT"), None);
        }
    }

    #[test]
    fn what_is_ahead_is_made_and_no_more() {
        let now = at("2026-11-26T13:14:15Z");
        let days = ends(Period::Day, day("2026-11-26"), now, 3 * DAY);
        let wanted: Vec<_> = ["2026-11-27", "2026-11-28", "2026-11-29", "2026-11-30"]
            .map(day)
            .to_vec();
        assert_eq!(days, wanted);
        assert_eq!(
            ends(Period::Day, day("2026-11-30"), now, 3 * DAY),
            Vec::new()
        );
        assert_eq!(
            ends(Period::Quarter, day("2027-01-01"), now, 30 * DAY),
            Vec::new()
        );
        let later = at("2026-12-02T00:00:01Z");
        assert_eq!(
            ends(Period::Quarter, day("2027-01-01"), later, 30 * DAY),
            vec![day("2027-04-01")]
        );
    }

    #[test]
    fn what_was_missed_goes_into_one() {
        let now = at("2026-11-26T13:14:15Z");
        let made = ends(Period::Day, day("2026-11-01"), now, DAY);
        assert_eq!(made, vec![day("2026-11-27"), day("2026-11-28")]);
        let far = ends(Period::Day, day("2026-11-01"), now, 1000 * DAY);
        assert_eq!(far.len(), AT_ONCE);
    }

    #[test]
    fn only_whole_partitions_are_spent_and_the_past_alone_is_not() {
        let pieces = [
            piece(None, Some("2026-10-01")),
            piece(Some("2026-10-01"), Some("2026-11-01")),
            piece(Some("2026-11-01"), Some("2026-12-01")),
            piece(Some("2026-12-01"), None),
        ];
        assert_eq!(spent(&pieces, day("2026-10-31")), None);
        assert_eq!(spent(&pieces, day("2026-11-01")), Some(day("2026-11-01")));
        assert_eq!(spent(&pieces, day("2029-01-01")), Some(day("2026-12-01")));
        assert_eq!(end_of_past(&pieces), Some(day("2026-10-01")));
        assert_eq!(start_of_rest(&pieces), Some(day("2026-12-01")));
    }

    #[test]
    fn a_full_rest_is_closed_beyond_all_that_is_in_it() {
        let now = at("2026-11-26T13:14:15Z");
        let end = closing(Period::Day, at("2026-11-20T00:00:00Z"), now);
        assert_eq!(end, day("2026-12-04"));
        let end = closing(Period::Quarter, at("2030-05-01T00:00:00Z"), now);
        assert_eq!(end, day("2030-07-01"));
    }
}
