//! When a team is at work: opening times of the week in a time zone, and holidays. Time that counts only while it is open.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone};
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::time::Timestamp;

/// Days that are looked through for the next opening: whoever is closed for longer has no hours.
const HORIZON: u64 = 400;
/// Opening times of one day.
const MOST_OPENINGS: usize = 6;
/// Some years of them.
const MOST_HOLIDAYS: usize = 200;
/// Letters of a holiday's name.
const MOST_LETTERS: usize = 100;

/// When a team is at work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Hours {
    /// By its IANA name, for example `America/Sao_Paulo`.
    pub time_zone: String,
    /// Seven days, Monday first; a day without opening times is closed.
    pub week: Vec<Vec<Opening>>,
    /// Days on which it is closed all the same.
    #[serde(default)]
    pub holidays: Vec<Holiday>,
}

/// From when until when a team is at work on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Opening {
    pub from: Minute,
    /// `24:00` is the end of the day.
    pub to: Minute,
}

/// A day on which a team is closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Holiday {
    #[schema(value_type = String, format = Date)]
    pub date: NaiveDate,
    #[serde(default)]
    pub name: String,
}

/// A minute of a day, `00:00` to `24:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Minute(u16);

/// A text that is no minute of a day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a time like 09:30, 24:00 at most")]
pub struct InvalidMinute;

impl Minute {
    const DAY: u16 = 24 * 60;
}

impl FromStr for Minute {
    type Err = InvalidMinute;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (hour, minute) = text.split_once(':').ok_or(InvalidMinute)?;
        let digits = |part: &str| match part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit())
        {
            true => part.parse::<u16>().map_err(|_| InvalidMinute),
            false => Err(InvalidMinute),
        };
        let (hour, minute) = (digits(hour)?, digits(minute)?);
        let all = hour * 60 + minute;
        match minute < 60 && all <= Self::DAY {
            true => Ok(Self(all)),
            false => Err(InvalidMinute),
        }
    }
}

impl fmt::Display for Minute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl Serialize for Minute {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Minute {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for Minute {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some("^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$"))
            .into()
    }
}

impl utoipa::ToSchema for Minute {
    fn name() -> std::borrow::Cow<'static, str> {
        "Minute".into()
    }
}

/// Why hours can't be kept: which part of them, and what it must be.
pub type Refusal = (String, String);

impl Hours {
    /// Whether somebody can work by them.
    pub fn check(&self) -> Result<(), Refusal> {
        let refuse = |field: &str, why: String| Err((field.to_owned(), why));
        if self.time_zone.parse::<Tz>().is_err() {
            let why = "must be a name like America/Sao_Paulo".to_owned();
            return refuse("time_zone", why);
        }
        if self.week.len() != 7 {
            return refuse("week", "must be seven days, Monday first".to_owned());
        }
        if self.week.iter().all(Vec::is_empty) {
            return refuse("week", "must have an opening time".to_owned());
        }
        for (day, openings) in self.week.iter().enumerate() {
            let field = format!("week[{day}]");
            if openings.len() > MOST_OPENINGS {
                return refuse(&field, format!("must be at most {MOST_OPENINGS}"));
            }
            let is_empty = openings.iter().any(|opening| opening.from >= opening.to);
            let overlap = openings.windows(2).any(|two| two[0].to > two[1].from);
            if is_empty || overlap {
                return refuse(
                    &field,
                    "must be one after the other, each ending after it began".to_owned(),
                );
            }
        }
        if self.holidays.len() > MOST_HOLIDAYS {
            return refuse("holidays", format!("must be at most {MOST_HOLIDAYS}"));
        }
        let long = |holiday: &Holiday| holiday.name.chars().count() > MOST_LETTERS;
        if self.holidays.iter().any(long) {
            return refuse(
                "holidays",
                format!("must have names of at most {MOST_LETTERS} letters"),
            );
        }
        Ok(())
    }

    /// Hours that can be reckoned with; None when they are none.
    pub fn calendar(&self) -> Option<Calendar> {
        self.check().ok()?;
        Some(Calendar {
            zone: self.time_zone.parse().ok()?,
            week: self.week.clone(),
            holidays: self.holidays.iter().map(|holiday| holiday.date).collect(),
        })
    }
}

/// Hours to reckon with.
#[derive(Clone, Debug, PartialEq)]
pub struct Calendar {
    zone: Tz,
    week: Vec<Vec<Opening>>,
    holidays: BTreeSet<NaiveDate>,
}

/// From when (inclusive) until when (exclusive) it is open.
type Span = (Timestamp, Timestamp);

impl Calendar {
    /// Whether it is open then.
    pub fn is_open(&self, at: Timestamp) -> bool {
        let mut spans = self.spans_from(at);
        spans.next().is_some_and(|(from, _)| from <= at)
    }

    /// When it opens next, not before `at`; `at` itself while it is open.
    pub fn opens_at(&self, at: Timestamp) -> Option<Timestamp> {
        self.spans_from(at).next().map(|(from, _)| from.max(at))
    }

    /// Since when it is closed; None while it is open, or when it was closed for longer than a year.
    pub fn closed_since(&self, at: Timestamp) -> Option<Timestamp> {
        if self.is_open(at) {
            return None;
        }
        let today = self.day_of(at);
        let mut days = (0..HORIZON).filter_map(|back| today.checked_sub_days(Days::new(back)));
        days.find_map(|day| {
            let spans = self.spans_on(day).into_iter().rev();
            spans.map(|(_, to)| to).find(|to| *to <= at)
        })
    }

    /// When `time` has passed since `since`, counted only while it is open.
    pub fn add(&self, since: Timestamp, time: Duration) -> Option<Timestamp> {
        if time > self.horizon() {
            return None;
        }
        let mut left = time;
        for (from, to) in self.spans_from(since) {
            let from = from.max(since);
            let length = to.since(from);
            if left <= length {
                return Some(from + left);
            }
            left -= length;
        }
        None
    }

    /// The longest time that is reckoned with: what is open within a year, holidays not counted.
    pub fn horizon(&self) -> Duration {
        let minutes = |opening: &Opening| u64::from(opening.to.0 - opening.from.0);
        let week: u64 = self.week.iter().flatten().map(minutes).sum();
        Duration::from_secs(week * 60 * 52)
    }

    /// The spans that end after `at`, in their order.
    fn spans_from(&self, at: Timestamp) -> impl Iterator<Item = Span> {
        let today = self.day_of(at);
        // What ends at midnight of a zone whose clocks go back may reach into the next day.
        let first = today.pred_opt().unwrap_or(today);
        let days = (0..HORIZON).filter_map(move |ahead| first.checked_add_days(Days::new(ahead)));
        days.flat_map(|day| self.spans_on(day))
            .filter(move |(_, to)| *to > at)
    }

    fn spans_on(&self, day: NaiveDate) -> Vec<Span> {
        if self.holidays.contains(&day) {
            return Vec::new();
        }
        let weekday = day.weekday().num_days_from_monday() as usize;
        let openings = self.week.get(weekday).into_iter().flatten();
        let spans = openings.map(|opening| {
            let from = self.instant(day, opening.from);
            (from, self.instant(day, opening.to).max(from))
        });
        spans.collect()
    }

    fn day_of(&self, at: Timestamp) -> NaiveDate {
        let local = self.zone.from_utc_datetime(&at.naive());
        local.date_naive()
    }

    /// The first instant at which clocks there show that minute; when they skip it, an hour later.
    fn instant(&self, day: NaiveDate, minute: Minute) -> Timestamp {
        let midnight = day.and_time(NaiveTime::MIN);
        let shown = midnight + TimeDelta::minutes(i64::from(minute.0));
        let at = |shown| self.zone.from_local_datetime(&shown).earliest();
        let found = at(shown).or_else(|| at(shown + TimeDelta::hours(1)));
        let utc = found.map_or(shown, |found: DateTime<Tz>| found.naive_utc());
        Timestamp::from(utc)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn opening(from: &str, to: &str) -> Opening {
        Opening {
            from: from.parse().unwrap(),
            to: to.parse().unwrap(),
        }
    }

    /// Nine to five, Monday to Friday.
    fn office(zone: &str) -> Hours {
        let day = vec![opening("09:00", "12:00"), opening("13:00", "17:00")];
        let mut week = vec![day; 5];
        week.extend([Vec::new(), Vec::new()]);
        Hours {
            time_zone: zone.to_owned(),
            week,
            holidays: Vec::new(),
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn time_counts_only_while_it_is_open() {
        let calendar = office("Europe/Berlin").calendar().unwrap();
        // A Friday in winter: an hour ahead of UTC.
        let friday = at("2026-01-16T15:30:00Z");
        assert!(calendar.is_open(friday));
        assert_eq!(
            calendar.add(friday, HOUR / 2),
            Some(at("2026-01-16T16:00:00Z"))
        );
        assert_eq!(calendar.add(friday, HOUR), Some(at("2026-01-19T08:30:00Z")));
        assert_eq!(
            calendar.add(friday, 4 * HOUR),
            Some(at("2026-01-19T12:30:00Z"))
        );
        // Whoever writes at night waits from the morning on.
        let night = at("2026-01-17T22:00:00Z");
        assert!(!calendar.is_open(night));
        assert_eq!(calendar.add(night, HOUR), Some(at("2026-01-19T09:00:00Z")));
        assert_eq!(calendar.opens_at(night), Some(at("2026-01-19T08:00:00Z")));
        assert_eq!(
            calendar.closed_since(night),
            Some(at("2026-01-16T16:00:00Z"))
        );
        assert_eq!(calendar.closed_since(friday), None);
        assert_eq!(calendar.opens_at(friday), Some(friday));
    }

    #[test]
    fn it_opens_inclusively_and_closes_exclusively() {
        let calendar = office("UTC").calendar().unwrap();
        assert!(calendar.is_open(at("2026-01-16T09:00:00Z")));
        assert!(!calendar.is_open(at("2026-01-16T12:00:00Z")));
        assert!(calendar.is_open(at("2026-01-16T16:59:59.999Z")));
        assert_eq!(
            calendar.closed_since(at("2026-01-16T12:30:00Z")),
            Some(at("2026-01-16T12:00:00Z"))
        );
    }

    #[test]
    fn holidays_are_closed() {
        let holiday = Holiday {
            date: NaiveDate::from_ymd_opt(2026, 1, 19).unwrap(),
            name: "A day".to_owned(),
        };
        let hours = Hours {
            holidays: vec![holiday],
            ..office("Europe/Berlin")
        };
        let calendar = hours.calendar().unwrap();
        let friday = at("2026-01-16T15:30:00Z");
        assert_eq!(calendar.add(friday, HOUR), Some(at("2026-01-20T08:30:00Z")));
    }

    #[test]
    fn clocks_that_are_changed_move_the_hours_with_them() {
        let calendar = office("Europe/Berlin").calendar().unwrap();
        // Summer time began on Sunday the 29th of March.
        let friday = at("2026-03-27T15:00:00Z");
        assert_eq!(
            calendar.add(friday, 2 * HOUR),
            Some(at("2026-03-30T08:00:00Z"))
        );
        // A minute that clocks skip.
        let night = Hours {
            week: vec![vec![opening("02:30", "04:00")]; 7],
            ..office("Europe/Berlin")
        };
        let calendar = night.calendar().unwrap();
        assert_eq!(
            calendar.opens_at(at("2026-03-29T00:00:00Z")),
            Some(at("2026-03-29T01:30:00Z"))
        );
    }

    #[test]
    fn around_the_clock_is_around_the_clock() {
        let always = Hours {
            week: vec![vec![opening("00:00", "24:00")]; 7],
            ..office("America/Sao_Paulo")
        };
        let calendar = always.calendar().unwrap();
        let since = at("2026-01-16T15:30:00Z");
        assert_eq!(calendar.add(since, 100 * HOUR), Some(since + 100 * HOUR));
        assert!(calendar.is_open(at("2026-01-16T03:00:00Z")));
    }

    #[test]
    fn hours_that_nobody_can_work_by_are_refused() {
        let refused = |hours: &Hours| hours.check().unwrap_err().0;
        let good = office("Europe/Berlin");
        assert_eq!(good.check(), Ok(()));
        let elsewhere = office("Mars/Olympus");
        assert_eq!(refused(&elsewhere), "time_zone");
        let mut short = good.clone();
        short.week.pop();
        assert_eq!(refused(&short), "week");
        let mut never = good.clone();
        never.week = vec![Vec::new(); 7];
        assert_eq!(refused(&never), "week");
        let mut crossed = good.clone();
        crossed.week[2] = vec![opening("09:00", "12:00"), opening("11:00", "13:00")];
        assert_eq!(refused(&crossed), "week[2]");
        let mut backwards = good;
        backwards.week[0] = vec![opening("17:00", "09:00")];
        assert_eq!(refused(&backwards), "week[0]");
        assert_eq!(backwards.calendar(), None);
        for text in ["9:00", "25:00", "24:01", "12:60", "noon", "+1:00"] {
            assert_eq!(text.parse::<Minute>(), Err(InvalidMinute), "{text}");
        }
        assert_eq!("24:00".parse::<Minute>().unwrap().to_string(), "24:00");
    }
}
