//! The figures of a team's line, each by its name, and where two accounts of them differ.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::{Value, json};

/// Minutes that the wall goes back.
const SERIES: i64 = 60;
const MINUTE_MS: i64 = 60_000;
/// The wall is told once a second, and takes some time to be told.
const TOLD_MS: i64 = 3_000;

/// Figures by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Books(BTreeMap<String, String>);

/// An open conversation, as far as the wall counts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// The user's id.
    pub assignee: Option<String>,
    /// Milliseconds since 1970.
    pub waiting_since: Option<i64>,
}

/// How somebody stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stand {
    pub user: String,
    pub state: String,
    pub capacity: i64,
}

/// A moment at which figures are taken, and what is promised.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Milliseconds since 1970.
    pub at: i64,
    /// Milliseconds within which a contact is answered.
    pub promise: Option<i64>,
}

impl Moment {
    fn minute(self) -> i64 {
        self.at.div_euclid(MINUTE_MS)
    }

    /// The first millisecond that the series of minutes reach back to.
    pub fn begin(self) -> i64 {
        (self.minute() + 1 - SERIES) * MINUTE_MS
    }
}

/// A difference, by the figure's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub figure: String,
    pub wall: Option<String>,
    pub other: Option<String>,
}

impl Books {
    /// A figure.
    pub fn set(&mut self, name: impl Into<String>, value: impl ToString) {
        self.0.insert(name.into(), value.to_string());
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// What a supervisor is shown of a team.
    pub fn of_wall(figures: &Value) -> Option<Self> {
        let mut books = Self::default();
        let at = instant(figures["at"].as_str()?)?;
        for name in ["waiting", "serving", "unanswered", "at_risk", "breached"] {
            books.set(name, figures[name].as_u64()?);
        }
        let longest = figures["longest_wait_since"].as_str().and_then(instant);
        books.set_longest(longest);
        for name in ["arrivals", "taken"] {
            let counts = figures[name].as_array()?.iter().rev();
            let last = at.div_euclid(MINUTE_MS);
            let minutes = counts
                .zip(0..)
                .filter_map(|(count, ago)| Some((last - ago, count.as_u64()?)));
            books.set_series(name, &minutes.collect());
        }
        let mut stands = Vec::new();
        for agent in figures["agents"].as_array()? {
            let user = agent["id"].as_str()?;
            books.set(format!("open.{user}"), agent["open"].as_u64()?);
            books.set(format!("open_here.{user}"), agent["open_here"].as_u64()?);
            books.set(format!("replies.{user}"), agent["replies"].as_u64()?);
            stands.push(Stand {
                user: user.to_owned(),
                state: agent["state"].as_str()?.to_owned(),
                capacity: agent["capacity"].as_i64()?,
            });
        }
        books.set_stands(&stands);
        Some(books)
    }

    /// When the wall's figures were taken.
    pub fn moment(figures: &Value, promise: Option<i64>) -> Option<Moment> {
        let at = instant(figures["at"].as_str()?)?;
        Some(Moment { at, promise })
    }

    /// The open conversations of the team, counted one by one; of the agents, what they have in other teams as well.
    pub fn set_open(&mut self, open: &[Open], elsewhere: &BTreeMap<String, u64>, moment: Moment) {
        let waiting = || open.iter().filter(|one| one.assignee.is_none());
        let unanswered = || open.iter().filter_map(|one| one.waiting_since);
        let promised = |share: i64| moment.promise.map(|promise| promise * share / 4);
        let older = |share| {
            let than = promised(share).map(|time| moment.at - time);
            unanswered()
                .filter(|since| than.is_some_and(|than| *since <= than))
                .count()
        };
        let (late, near) = (older(4), older(3));
        self.set("waiting", waiting().count());
        self.set("serving", open.len() - waiting().count());
        self.set("unanswered", unanswered().count());
        self.set("breached", late);
        self.set("at_risk", near - late);
        self.set_longest(waiting().filter_map(|one| one.waiting_since).min());
        let mut here: BTreeMap<&str, u64> = BTreeMap::new();
        for user in open.iter().filter_map(|one| one.assignee.as_deref()) {
            *here.entry(user).or_default() += 1;
        }
        let people: Vec<String> = self
            .people()
            .chain(here.keys().copied())
            .map(str::to_owned)
            .collect();
        for user in people {
            let count = here.get(user.as_str()).copied().unwrap_or(0);
            let all = count + elsewhere.get(&user).copied().unwrap_or(0);
            self.set(format!("open_here.{user}"), count);
            self.set(format!("open.{user}"), all);
        }
    }

    /// How the agents stand; has to be told before what they have.
    pub fn set_stands(&mut self, stands: &[Stand]) {
        let mut states: BTreeMap<&str, u64> = BTreeMap::new();
        for stand in stands {
            *states.entry(&stand.state).or_default() += 1;
            self.set(format!("state.{}", stand.user), &stand.state);
            self.set(format!("capacity.{}", stand.user), stand.capacity);
        }
        for state in ["online", "away", "busy", "offline"] {
            let count = states.get(state).copied().unwrap_or(0);
            self.set(format!("agents.{state}"), count);
        }
    }

    /// Something by minutes since 1970, and its sum.
    pub fn set_series(&mut self, name: &str, minutes: &BTreeMap<i64, u64>) {
        self.set(format!("{name}.hour"), minutes.values().sum::<u64>());
        for (minute, count) in minutes.iter().filter(|(_, count)| **count > 0) {
            let at = DateTime::<Utc>::from_timestamp_millis(minute * MINUTE_MS);
            let at = at.map_or_else(|| minute.to_string(), |at| at.format("%H:%M").to_string());
            self.set(format!("{name}.{at}"), count);
        }
    }

    /// Answers of each agent; nobody else has any.
    pub fn set_replies(&mut self, replies: &BTreeMap<String, u64>) {
        let people: Vec<String> = self.people().map(str::to_owned).collect();
        for user in people {
            let count = replies.get(&user).copied().unwrap_or(0);
            self.set(format!("replies.{user}"), count);
        }
    }

    /// The same as it was `then`, if that is not long ago: contacts become late by themselves as time passes.
    pub fn as_of(&self, open: &[Open], then: Moment, now: Moment) -> Self {
        let mut books = self.clone();
        if now.at - then.at <= TOLD_MS {
            let mut before = Self::default();
            before.set_open(open, &BTreeMap::new(), then);
            let late = ["at_risk", "breached"].map(|name| before.0.remove_entry(name));
            books.0.extend(late.into_iter().flatten());
        }
        books
    }

    fn set_longest(&mut self, since: Option<i64>) {
        let since = since.map_or_else(|| "nobody waits".to_owned(), |since| since.to_string());
        self.set("longest_wait_since_ms", since);
    }

    fn people(&self) -> impl Iterator<Item = &str> {
        self.0.keys().filter_map(|name| name.strip_prefix("state."))
    }

    /// What `other` says otherwise. Of figures that it does not know nothing is said, but a minute or an agent that
    /// only one knows is a difference.
    pub fn differences(&self, other: &Self) -> Vec<Difference> {
        let group = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
        let known: Vec<String> = other.0.keys().map(|name| group(name)).collect();
        let mine = self.0.keys().filter(|name| known.contains(&group(name)));
        let mut names: Vec<&String> = mine.chain(other.0.keys()).collect();
        names.sort();
        names.dedup();
        let differ = names
            .into_iter()
            .filter(|name| self.0.get(*name) != other.0.get(*name));
        differ
            .map(|name| Difference {
                figure: name.clone(),
                wall: self.0.get(name).cloned(),
                other: other.0.get(name).cloned(),
            })
            .collect()
    }
}

impl Difference {
    /// For a report.
    pub fn told(&self, by: &str) -> Value {
        let none = || "nothing".to_owned();
        let (wall, other) = (self.wall.clone(), self.other.clone());
        json!(format!(
            "{}: the wall says {}, {by} {}",
            self.figure,
            wall.unwrap_or_else(none),
            other.unwrap_or_else(none)
        ))
    }
}

/// Milliseconds since 1970 of a time as the API or a database writes it.
pub fn instant(text: &str) -> Option<i64> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.timestamp_millis());
    }
    let time = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").ok()?;
    Some(time.and_utc().timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wall() -> Value {
        json!({"at": "2026-01-01T10:00:30Z", "waiting": 1, "serving": 2, "unanswered": 2, "at_risk": 1, "breached": 1,
            "longest_wait_since": "2026-01-01T10:00:00Z", "arrivals": [0, 2, 1], "taken": [0, 2, 0],
            "agents": [{"id": "usr_a", "state": "online", "capacity": 20, "open": 2, "open_here": 2, "replies": 4}]})
    }

    fn counted(moment: Moment) -> Books {
        let at = |text| instant(text);
        let open = |assignee: Option<&str>, since| Open {
            assignee: assignee.map(str::to_owned),
            waiting_since: since,
        };
        let mut books = Books::default();
        books.set_stands(&[Stand {
            user: "usr_a".to_owned(),
            state: "online".to_owned(),
            capacity: 20,
        }]);
        let all = [
            open(None, at("2026-01-01 10:00:00")),
            open(Some("usr_a"), at("2026-01-01 10:00:07.500")),
            open(Some("usr_a"), None),
        ];
        books.set_open(&all, &BTreeMap::new(), moment);
        books.set_replies(&BTreeMap::from([("usr_a".to_owned(), 4)]));
        let minute = moment.minute();
        books.set_series("arrivals", &BTreeMap::from([(minute - 1, 2), (minute, 1)]));
        books.set_series("taken", &BTreeMap::from([(minute - 1, 2)]));
        books
    }

    #[test]
    fn equal_accounts_have_no_difference() {
        let wall = wall();
        let moment = Books::moment(&wall, Some(30_000)).unwrap();
        let books = Books::of_wall(&wall).unwrap();
        assert_eq!(books.differences(&counted(moment)), []);
        assert_eq!(books.len(), counted(moment).len());
    }

    #[test]
    fn who_became_late_since_the_wall_was_told_is_no_difference() {
        let now = Books::moment(&wall(), Some(30_000)).unwrap();
        let ago = |ms| Moment {
            at: now.at - ms,
            ..now
        };
        let open = [Open {
            assignee: None,
            waiting_since: Some(now.at - 30_000),
        }];
        let books = Books::of_wall(&wall()).unwrap();
        let late = |then| books.as_of(&open, then, now).0["breached"].clone();
        assert_eq!((late(now).as_str(), late(ago(900)).as_str()), ("1", "0"));
        assert_eq!(late(ago(9_000)), "1", "that is too long ago");
    }

    #[test]
    fn each_difference_is_told_by_name() {
        let mut other = wall();
        other["waiting"] = json!(2);
        other["taken"] = json!([0, 1, 1]);
        other["agents"][0]["replies"] = json!(5);
        let moment = Books::moment(&other, Some(30_000)).unwrap();
        let books = Books::of_wall(&other).unwrap();
        let differences = books.differences(&counted(moment));
        let names: Vec<&str> = differences.iter().map(|one| one.figure.as_str()).collect();
        assert_eq!(
            names,
            ["replies.usr_a", "taken.09:59", "taken.10:00", "waiting"]
        );
        assert_eq!(
            differences[3].told("SQL"),
            "waiting: the wall says 2, SQL 1"
        );
    }

    #[test]
    fn what_the_other_does_not_know_is_no_difference() {
        let books = Books::of_wall(&wall()).unwrap();
        let mut other = Books::default();
        other.set("waiting", 1);
        assert_eq!(books.differences(&other), []);
    }

    #[test]
    fn times_of_the_api_and_of_both_databases_are_read() {
        let ms = Some(1_767_261_630_250);
        for text in [
            "2026-01-01T10:00:30.250Z",
            "2026-01-01 10:00:30.25",
            "2026-01-01 10:00:30.250000",
        ] {
            assert_eq!(instant(text), ms, "{text}");
        }
        assert_eq!(instant("soon"), None);
    }
}
