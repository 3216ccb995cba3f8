//! What the hub's own database says, asked past the hub: with `psql`, or `sqlite3` on the file of an embedded one.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use serde_json::Value;
use tokio::process::Command;

use super::books::{Books, Moment, Open, Stand, instant};
use crate::drill::command;
use crate::drill::process::Process;

const LONG: Duration = Duration::from_secs(90);
/// Between two columns; nothing that is asked for has it.
const SEPARATOR: &str = "\x1f";
/// An id's letters, and how many it has.
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH: u32 = 13;

/// The hub's database.
pub enum Database {
    Postgres(String),
    Sqlite(PathBuf),
}

/// What the lines' own records say of a whole run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moves {
    /// Conversations that came into the line.
    pub conversations: u64,
    pub arrived: u64,
    pub taken: u64,
    /// Taken though they had been taken, and had not come back into the line since.
    pub doubled: u64,
    /// Whose holder, by their row, is not who took them last: somebody else got them past the line.
    pub misplaced: u64,
}

impl Database {
    /// Of a hub that was started here.
    pub fn of(process: &Process) -> Self {
        match process.database_url() {
            Some(url) => Self::Postgres(url.to_owned()),
            None => Self::Sqlite(process.data_dir().join("hub.db")),
        }
    }

    /// What it is called in a report.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Postgres(_) => "PostgreSQL",
            Self::Sqlite(_) => "SQLite",
        }
    }

    async fn rows(&self, statement: &str) -> anyhow::Result<Vec<Vec<String>>> {
        let mut program = match self {
            Self::Postgres(url) => {
                let mut psql = Command::new("psql");
                psql.args(["-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1"])
                    .args(["-F", SEPARATOR, "-c", statement])
                    .arg(url)
                    .env("PGCONNECT_TIMEOUT", "5");
                psql
            }
            Self::Sqlite(path) => {
                let mut sqlite = Command::new("sqlite3");
                sqlite
                    .args([
                        "-readonly",
                        "-separator",
                        SEPARATOR,
                        "-cmd",
                        ".timeout 5000",
                    ])
                    .arg(path)
                    .arg(statement);
                sqlite
            }
        };
        let text = command::run(&mut program, LONG).await?;
        let lines = text.lines().filter(|line| !line.is_empty());
        let columns = |line: &str| line.split(SEPARATOR).map(str::to_owned).collect();
        Ok(lines.map(columns).collect())
    }

    async fn count(&self, statement: &str) -> anyhow::Result<u64> {
        let rows = self.rows(statement).await?;
        let count = rows.first().and_then(|row| row.first()?.parse().ok());
        count.context("the answer is no count")
    }

    /// The number of the last event of all.
    pub async fn head(&self) -> anyhow::Result<u64> {
        self.count("select max(last_seq) from organizations").await
    }

    /// The figures of a team, counted in the tables.
    pub async fn books(&self, team: &str, moment: Moment) -> anyhow::Result<Books> {
        let team = number(team).context("the team's id can't be read")?;
        let mut books = Books::default();
        books.set_stands(&self.stands(team).await?);
        let mut here = Vec::new();
        let mut elsewhere: BTreeMap<String, u64> = BTreeMap::new();
        let open =
            "select team_id, assignee_id, waiting_since from conversations where status = 'open'";
        for row in self.rows(open).await? {
            let assignee = user(&row, 1);
            if row.first().and_then(|id| id.parse().ok()) == Some(team) {
                let waiting_since = row.get(2).and_then(|text| instant(text));
                here.push(Open {
                    assignee,
                    waiting_since,
                });
            } else if let Some(user) = assignee {
                *elsewhere.entry(user).or_default() += 1;
            }
        }
        books.set_open(&here, &elsewhere, moment);
        for (name, kind) in [("arrivals", "arrived"), ("taken", "taken")] {
            books.set_series(name, &self.minutes(team, kind, moment).await?);
        }
        books.set_replies(&self.replies(moment).await?);
        Ok(books)
    }

    async fn stands(&self, team: i64) -> anyhow::Result<Vec<Stand>> {
        let statement = format!(
            "select m.user_id, coalesce(a.status, 'online'), coalesce(a.capacity, 20), \
             (select count(*) from agent_seats s where s.user_id = m.user_id) \
             from team_members m left join agents a on a.user_id = m.user_id where m.team_id = {team}"
        );
        let rows = self.rows(&statement).await?;
        let stands = rows.iter().map(|row| {
            let is_here = row.get(3)?.parse::<u64>().ok()? > 0;
            Some(Stand {
                user: user(row, 0)?,
                state: if is_here {
                    row[1].clone()
                } else {
                    "offline".to_owned()
                },
                capacity: row[2].parse().ok()?,
            })
        });
        stands
            .collect::<Option<_>>()
            .context("an agent can't be read")
    }

    async fn minutes(
        &self,
        team: i64,
        kind: &str,
        moment: Moment,
    ) -> anyhow::Result<BTreeMap<i64, u64>> {
        let minute = match self {
            Self::Postgres(_) => "to_char(at, 'YYYY-MM-DD HH24:MI')",
            Self::Sqlite(_) => "substr(at, 1, 16)",
        };
        let since = written(moment.begin());
        let statement = format!(
            "select {minute}, count(*) from queue_moves where team_id = {team} and kind = '{kind}' \
             and at >= '{since}' group by 1"
        );
        let rows = self.rows(&statement).await?;
        let minutes = rows.iter().map(|row| {
            let at = instant(&format!("{}:00", row.first()?))?;
            Some((at.div_euclid(60_000), row.get(1)?.parse().ok()?))
        });
        minutes
            .collect::<Option<_>>()
            .context("a minute can't be read")
    }

    async fn replies(&self, moment: Moment) -> anyhow::Result<BTreeMap<String, u64>> {
        let since = written(moment.begin());
        let statement = format!(
            "select author, count(*) from messages where direction = 'outbound' and created_at >= '{since}' \
             and author is not null group by author"
        );
        let mut replies = BTreeMap::new();
        for row in self.rows(&statement).await? {
            let author: Value = serde_json::from_str(row.first().map_or("", String::as_str))?;
            if let (Some(id), Some(count)) = (author["id"].as_str(), row.get(1)) {
                *replies.entry(id.to_owned()).or_default() += count.parse::<u64>()?;
            }
        }
        Ok(replies)
    }

    /// What came into the team's line and was taken out of it, all through the run.
    pub async fn moves(&self, team: &str) -> anyhow::Result<Moves> {
        let team = number(team).context("the team's id can't be read")?;
        let of =
            |what: &str| format!("select count({what}) from queue_moves where team_id = {team}");
        let doubled = format!(
            "select count(*) from (select kind, lag(kind) over (partition by conversation_id order by id) as before \
             from queue_moves where team_id = {team} and kind <> 'left') as steps \
             where kind = 'taken' and before = 'taken'"
        );
        let misplaced = format!(
            "select count(*) from conversations c join (select conversation_id, user_id, row_number() over \
             (partition by conversation_id order by id desc) as place from queue_moves where team_id = {team}) as m \
             on m.conversation_id = c.id where m.place = 1 and coalesce(c.assignee_id, 0) <> coalesce(m.user_id, 0)"
        );
        Ok(Moves {
            conversations: self.count(&of("distinct conversation_id")).await?,
            arrived: self
                .count(&format!("{} and kind = 'arrived'", of("*")))
                .await?,
            taken: self
                .count(&format!("{} and kind = 'taken'", of("*")))
                .await?,
            doubled: self.count(&doubled).await?,
            misplaced: self.count(&misplaced).await?,
        })
    }
}

/// A time as both databases compare it.
fn written(ms: i64) -> String {
    let at = chrono::DateTime::<chrono::Utc>::from_timestamp_millis(ms).unwrap_or_default();
    at.format("%Y-%m-%d %H:%M:%S").to_string()
}

fn user(row: &[String], column: usize) -> Option<String> {
    let number = row.get(column)?.parse().ok()?;
    Some(format!("usr_{}", letters(number)))
}

/// An id as the API writes it, behind what it begins with.
fn letters(number: i64) -> String {
    let places = (0..LENGTH).rev();
    let letter = |place: u32| LETTERS[((number >> (5 * place)) & 31) as usize];
    places.map(|place| char::from(letter(place))).collect()
}

/// The number of an id that the API wrote.
fn number(id: &str) -> Option<i64> {
    let letters = id.rsplit('_').next()?.bytes();
    letters.into_iter().try_fold(0_i64, |number, letter| {
        let value = LETTERS.iter().position(|known| *known == letter)?;
        Some((number << 5) | i64::try_from(value).ok()?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_as_they_are_written() {
        for id in [0, 7, 383_838_123_456_789_012, i64::MAX] {
            assert_eq!(number(&format!("team_{}", letters(id))), Some(id));
        }
        assert_eq!(letters(33).len(), 13);
        assert!(letters(33).ends_with("011"));
        assert_eq!(number("team_u"), None);
    }

    #[test]
    fn times_are_written_as_they_are_compared() {
        assert_eq!(written(1_767_261_600_000), "2026-01-01 10:00:00");
    }
}
