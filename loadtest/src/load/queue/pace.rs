//! How many frames a socket is told in a second, by what they tell.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hdrhistogram::Histogram;
use serde_json::{Map, Value, json};

use crate::load::report::{histogram, round};

/// What a frame tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Rows of the list.
    Rows,
    /// How a line fares.
    Queue,
    /// Who is at a conversation.
    Presence,
    /// What happens in the conversations that are looked at.
    Messages,
    /// How colleagues stand, and lists to choose from.
    People,
    Beats,
    /// Answers to what the socket said itself.
    Other,
}

const KINDS: [(Kind, &str); 7] = [
    (Kind::Rows, "rows"),
    (Kind::Queue, "queue"),
    (Kind::Presence, "presence"),
    (Kind::Messages, "messages"),
    (Kind::People, "people"),
    (Kind::Beats, "beats"),
    (Kind::Other, "other"),
];
/// Beside the kinds: all of them together.
const ALL: usize = KINDS.len();

impl Kind {
    /// What this frame tells of; one of several events by its first.
    pub fn of(frame: &str) -> Self {
        const TYPE: &str = r#""type":""#;
        let after = |text: &str| text.find(TYPE).map(|at| at + TYPE.len());
        let Some(rest) = after(frame).map(|at| &frame[at..]) else {
            return Self::Other;
        };
        match rest.split('"').next().unwrap_or_default() {
            "rows" => Self::Rows,
            "queue" => Self::Queue,
            "presence" => Self::Presence,
            "beat" => Self::Beats,
            "events" => {
                let event = after(rest).map_or("", |at| &rest[at..]);
                let of_people = ["agent.", "directory.", "user."];
                match of_people.iter().any(|name| event.starts_with(name)) {
                    true => Self::People,
                    false => Self::Messages,
                }
            }
            _ => Self::Other,
        }
    }
}

/// All sockets' seconds together.
pub struct Paces(Mutex<[Sum; ALL + 1]>);

struct Sum {
    /// Of each socket and second the busiest window of a second that ended in it.
    windows: Histogram<u64>,
    frames: u64,
    bytes: u64,
    /// The most in one second of the run's clock, and in any ten seconds.
    whole: u32,
    long: u32,
}

impl Default for Paces {
    fn default() -> Self {
        Self(Mutex::new(std::array::from_fn(|_| Sum {
            windows: histogram(),
            frames: 0,
            bytes: 0,
            whole: 0,
            long: 0,
        })))
    }
}

impl Paces {
    fn sums(&self) -> MutexGuard<'_, [Sum; ALL + 1]> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds `frames` by kind, and what is told of lists.
    pub fn add_to(&self, report: &mut Map<String, Value>) {
        let sums = self.sums();
        let mut kinds = Map::new();
        let (mut whole, mut long) = (Map::new(), Map::new());
        let names = KINDS.iter().map(|(_, name)| *name).chain(["all"]);
        for (sum, name) in sums.iter().zip(names) {
            kinds.insert(name.to_owned(), counts(&sum.windows));
            whole.insert(name.to_owned(), json!(sum.whole));
            long.insert(
                name.to_owned(),
                json!(f64::from(sum.long) / LONG.as_secs_f64()),
            );
        }
        report.insert("list_frames".to_owned(), kinds["rows"].clone());
        report.insert("frames_per_second".to_owned(), kinds.into());
        report.insert("list_frames_sustained".to_owned(), long["rows"].clone());
        report.insert("frames_sustained".to_owned(), long.into());
        report.insert("frames_in_one_whole_second".to_owned(), whole.into());
        let all = |pick: fn(&Sum) -> u64| sums.last().map_or(0, pick);
        report.insert("frames".to_owned(), json!(all(|sum| sum.frames)));
        // Each socket has as many seconds as the others.
        let seconds = all(|sum| sum.windows.len()).max(1) as f64;
        let mean = all(|sum| sum.bytes) as f64 / 1024.0 / seconds;
        report.insert("kib_per_second_and_socket".to_owned(), json!(round(mean)));
    }
}

/// Like percentiles of times, but of counts.
fn counts(histogram: &Histogram<u64>) -> Value {
    let at = |quantile| histogram.value_at_quantile(quantile);
    json!({
        "count": histogram.len(),
        "p50": at(0.5),
        "p90": at(0.9),
        "p99": at(0.99),
        "p999": at(0.999),
        "max": histogram.max(),
    })
}

/// One socket's frames.
#[derive(Default)]
pub struct Pace {
    windows: [Window; ALL + 1],
}

#[derive(Default)]
struct Window {
    /// When the frames of the last second came, and those of the last ten.
    recent: VecDeque<Duration>,
    long: VecDeque<Duration>,
    second: u64,
    /// Within this second of the run, within any second that ended in it, and within any ten.
    whole: u32,
    busiest: u32,
    most: u32,
}

const SECOND: Duration = Duration::from_secs(1);
/// Long enough for some milliseconds more or less on the way to make no difference.
const LONG: Duration = Duration::from_secs(10);

impl Pace {
    /// A frame of that size came at that time of the run.
    pub fn note(&mut self, (kind, bytes): (Kind, usize), at: Duration, paces: &Paces) {
        let index = KINDS.iter().position(|(one, _)| *one == kind);
        for index in [index.unwrap_or(ALL), ALL] {
            let window = &mut self.windows[index];
            let sum = &mut paces.sums()[index];
            window.turn(at, sum);
            sum.bytes += bytes as u64;
            window.whole += 1;
            window.busiest = window.busiest.max(within(&mut window.recent, SECOND, at));
            window.most = window.most.max(within(&mut window.long, LONG, at));
        }
    }

    /// The run is over: the seconds until then count, with frames or without.
    pub fn close(&mut self, end: Duration, paces: &Paces) {
        for (index, window) in self.windows.iter_mut().enumerate() {
            window.turn(end, &mut paces.sums()[index]);
        }
    }
}

/// Adds a frame to those that came within `length`; gives how many these are.
fn within(recent: &mut VecDeque<Duration>, length: Duration, at: Duration) -> u32 {
    while recent.front().is_some_and(|first| *first + length <= at) {
        recent.pop_front();
    }
    recent.push_back(at);
    u32::try_from(recent.len()).unwrap_or(u32::MAX)
}

impl Window {
    /// Counts the seconds that are over.
    fn turn(&mut self, at: Duration, sum: &mut Sum) {
        while self.second < at.as_secs() {
            sum.windows.saturating_record(u64::from(self.busiest));
            sum.frames += u64::from(self.whole);
            sum.whole = sum.whole.max(self.whole);
            sum.long = sum.long.max(self.most);
            (self.whole, self.busiest) = (0, 0);
            self.second += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_told_apart_by_what_they_tell() {
        for (frame, kind) in [
            (r#"{"type":"rows","cursor":"1.2","rows":[]}"#, Kind::Rows),
            (r#"{"type":"queue","queue":{}}"#, Kind::Queue),
            (
                r#"{"type":"events","cursor":"1.2","events":[{"seq":2,"at":"t","type":"agent.updated","data":{}}]}"#,
                Kind::People,
            ),
            (
                r#"{"type":"events","cursor":"1.2","events":[{"seq":2,"at":"t","type":"message.received","data":{"type":"text"}}]}"#,
                Kind::Messages,
            ),
            (r#"{"type":"beat","cursor":"1.2"}"#, Kind::Beats),
            (r#"{"type":"subscribed","topics":["inbox"]}"#, Kind::Other),
            ("nonsense", Kind::Other),
        ] {
            assert_eq!(Kind::of(frame), kind, "{frame}");
        }
    }

    #[test]
    fn any_second_counts_and_those_without_frames_too() {
        let (paces, mut pace) = (Paces::default(), Pace::default());
        // Three around the turn of a second, two in each second of the clock.
        for ms in [100, 900, 1_000, 1_850, 2_900] {
            pace.note((Kind::Rows, 1024), Duration::from_millis(ms), &paces);
        }
        pace.close(Duration::from_secs(10), &paces);
        let mut report = Map::new();
        paces.add_to(&mut report);
        let rows = &report["list_frames"];
        assert_eq!((&rows["max"], &rows["count"]), (&json!(3), &json!(10)));
        assert_eq!(rows["p50"], 0);
        assert_eq!(report["frames_in_one_whole_second"]["rows"], 2);
        assert_eq!(report["frames_per_second"]["queue"]["max"], 0);
        assert_eq!(report["list_frames_sustained"], 0.5);
        assert_eq!(report["frames"], 5);
        assert_eq!(report["kib_per_second_and_socket"], 0.5);
    }
}
