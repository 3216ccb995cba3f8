//! The wall against the database: what supervisors are shown of a line, and what is there when somebody counts.

use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::{Value, json};

use super::books::{Books, Moment, Open, Stand, instant};
use super::database::Database;
use super::witness::Last;
use crate::load::link::Link;
use crate::load::report::round;

/// By then the wall has to be right.
const WITHIN: Duration = Duration::from_secs(5);
/// What is wrong by then is looked at for so long: a hub looks every half minute whether it missed something.
const PATIENCE: Duration = Duration::from_secs(40);
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// The wall is told once a second.
const TOLD: Duration = Duration::from_secs(2);
/// A line is listed no further.
const MOST_LISTED: usize = 200;
/// Differences that are told.
const MOST_TOLD: usize = 40;

/// What is compared.
pub struct Compared<'a> {
    pub link: &'a Link,
    pub team: &'a str,
    /// The last frame of the supervisor's socket.
    pub last: &'a Last,
    pub database: Option<&'a Database>,
    /// Milliseconds within which contacts are answered.
    pub promise: Option<i64>,
}

/// One look: how many figures were compared with whom, and what was not equal.
struct Look {
    compared: BTreeMap<&'static str, usize>,
    differences: Vec<Value>,
}

impl Compared<'_> {
    /// Looks until all is equal. What was not equal in time is told, whether it is in the end or not.
    pub async fn run(&self) -> anyhow::Result<Value> {
        tokio::time::sleep(TOLD).await;
        let begin = Instant::now();
        let mut late: Option<Vec<Value>> = None;
        let mut looks = 0;
        loop {
            looks += 1;
            let look = self.look().await?;
            let passed = begin.elapsed();
            anyhow::ensure!(
                look.is_some() || passed < PATIENCE * 2,
                "the line never came to rest, so the wall can't be compared"
            );
            if let Some(look) = look {
                let is_equal = look.differences.is_empty();
                if is_equal || passed > PATIENCE {
                    let compared: usize = look.compared.values().sum();
                    let late = late.unwrap_or(look.differences);
                    return Ok(json!({
                        "equal": late.is_empty(),
                        "equal_after_s": is_equal.then(|| round(passed.as_secs_f64())),
                        "compared": compared,
                        "compared_with": look.compared,
                        "looks": looks,
                        "differences": told(&late),
                    }));
                }
                if passed > WITHIN && late.is_none() {
                    late = Some(look.differences);
                }
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// Compares at one moment; None when something moved meanwhile.
    async fn look(&self) -> anyhow::Result<Option<Look>> {
        let before = self.shown().await?;
        let head = self.head().await?;
        let told = self.last.figures().context("the wall was never told")?;
        let moment = Books::moment(&before, self.promise).context("figures without a time")?;
        let (asked, open) = self.asked(moment).await?;
        let mut others = vec![("rest", asked)];
        if let Some(database) = self.database {
            others.push(("sql", database.books(self.team, moment).await?));
        }
        let after = self.shown().await?;
        let books = |figures| Books::of_wall(figures).context("the wall can't be read");
        let (wall, again) = (books(&before)?, books(&after)?);
        if wall != again || head != self.head().await? {
            return Ok(None);
        }
        let mut look = Look {
            compared: BTreeMap::new(),
            differences: Vec::new(),
        };
        let then = Books::moment(&told, self.promise).context("figures without a time")?;
        let before = wall.as_of(&open, then, moment);
        let told = ("socket", books(&told)?);
        let others = others.into_iter().map(|other| (&wall, other));
        for (wall, (by, other)) in others.chain([(&before, told)]) {
            look.compared.insert(by, other.len());
            let differences = wall.differences(&other);
            look.differences
                .extend(differences.iter().map(|one| one.told(by)));
        }
        Ok(Some(look))
    }

    async fn head(&self) -> anyhow::Result<Option<u64>> {
        match self.database {
            Some(database) => database.head().await.map(Some),
            None => Ok(None),
        }
    }

    /// What `GET /queues` shows of the team.
    async fn shown(&self) -> anyhow::Result<Value> {
        let queues = self.link.hub.get("/api/v1/queues").await?;
        let queues = queues["data"].as_array().context("the answer is no list")?;
        let mine = queues.iter().find(|queue| queue["team"]["id"] == self.team);
        mine.cloned().context("the team has no line")
    }

    /// The same, counted in the lists of the API, which read the database; and the team's open conversations.
    async fn asked(&self, moment: Moment) -> anyhow::Result<(Books, Vec<Open>)> {
        let mut books = Books::default();
        books.set_stands(&self.stands().await?);
        let (mut here, mut elsewhere) = (Vec::new(), BTreeMap::new());
        let note = |row: &Value| {
            let assignee = row["assignee"]["id"].as_str().map(str::to_owned);
            if row["team"]["id"] == self.team {
                let waiting_since = row["waiting_since"].as_str().and_then(instant);
                here.push(Open {
                    assignee,
                    waiting_since,
                });
            } else if let Some(user) = assignee {
                *elsewhere.entry(user).or_default() += 1;
            }
        };
        let hub = &self.link.hub;
        hub.each("/api/v1/conversations?status=open", note).await?;
        books.set_open(&here, &elsewhere, moment);
        let waiting = here.iter().filter(|one| one.assignee.is_none()).count();
        if waiting < MOST_LISTED {
            let listed = self.listed().await?;
            if listed != waiting {
                let both = format!("{waiting} in the inbox, {listed} in the line");
                books.set("waiting", both);
            }
        }
        Ok((books, here))
    }

    /// How the team's members stand.
    async fn stands(&self) -> anyhow::Result<Vec<Stand>> {
        let mut members: HashSet<String> = HashSet::new();
        let note = |team: &Value| {
            let all = team["members"].as_array().into_iter().flatten();
            let ids = all.filter_map(|member| member["id"].as_str().map(str::to_owned));
            members.extend(ids.filter(|_| team["id"] == self.team));
        };
        self.link.hub.each("/api/v1/teams", note).await?;
        let mut stands = Vec::new();
        let note = |agent: &Value| {
            let user = agent["id"].as_str().unwrap_or_default().to_owned();
            stands.push(Stand {
                user,
                state: agent["state"].as_str().unwrap_or_default().to_owned(),
                capacity: agent["capacity"].as_i64().unwrap_or(-1),
            });
        };
        self.link.hub.each("/api/v1/agents", note).await?;
        stands.retain(|stand| members.contains(&stand.user));
        Ok(stands)
    }

    /// How many the line itself lists.
    async fn listed(&self) -> anyhow::Result<usize> {
        let path = format!("/api/v1/teams/{}/line?limit={MOST_LISTED}", self.team);
        let line = self.link.hub.get(&path).await?;
        let rows = line["data"].as_array().context("the answer is no list")?;
        Ok(rows.len())
    }
}

/// The first of them; the rest is counted.
fn told(differences: &[Value]) -> Value {
    let mut some: Vec<Value> = differences.iter().take(MOST_TOLD).cloned().collect();
    let more = differences.len().saturating_sub(MOST_TOLD);
    if more > 0 {
        some.push(json!(format!("and {more} more")));
    }
    some.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_differences_are_cut_short() {
        let all: Vec<Value> = (0..50).map(|number| json!(number)).collect();
        let told = told(&all);
        assert_eq!(told.as_array().unwrap().len(), MOST_TOLD + 1);
        assert_eq!(told[MOST_TOLD], "and 10 more");
    }
}
