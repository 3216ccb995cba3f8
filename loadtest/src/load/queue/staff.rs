//! The people of a line, and their team: users of a hub of our own, and a team that gives them its conversations.

use std::time::Duration;

use anyhow::Context;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};

use crate::load::link::Link;

/// Users that are made at a time: a hub lets one address try ten at most, and hashing a password takes a core.
const AT_ONCE: usize = 4;
/// Open conversations that a hub gives one agent, until somebody says otherwise.
const USUAL_CAPACITY: u32 = 20;

/// How a team gives its conversations out.
#[derive(Clone, Debug)]
pub struct Rules {
    pub team: String,
    pub strategy: String,
    /// Zero: what is given is theirs at once.
    pub accept_within: Duration,
    /// What it promises its contacts; zero: nothing.
    pub reply_within: Duration,
    pub capacity: u32,
}

/// A user.
#[derive(Clone, Debug)]
pub struct Person {
    pub name: String,
    pub user: String,
    pub token: String,
}

/// Makes so many users, who are logged in by it.
pub async fn hire(link: &Link, count: u32, capacity: u32) -> anyhow::Result<Vec<Person>> {
    let people = (0..count).map(|number| hire_one(link, number, capacity));
    stream::iter(people).buffered(AT_ONCE).try_collect().await
}

async fn hire_one(link: &Link, number: u32, capacity: u32) -> anyhow::Result<Person> {
    let name = format!("agent{number:04}");
    let email = format!("{name}@example.org");
    let password = format!("a long pass phrase for agent {number}");
    let hub = link.hub.add_user(&email, &password).await?;
    let user = hub.me().await?.context("a user without an id")?;
    if capacity != USUAL_CAPACITY {
        let path = format!("/api/v1/agents/{user}");
        link.hub
            .patch(&path, &json!({"capacity": capacity}))
            .await?;
    }
    let token = hub.token().context("an agent without a token")?.to_owned();
    Ok(Person { name, user, token })
}

/// Makes the team of these people, whose conversations are those of the number; gives its id.
pub async fn found(link: &Link, rules: &Rules, people: &[Person]) -> anyhow::Result<String> {
    let seconds = |time: Duration| (!time.is_zero()).then_some(time.as_secs());
    let members: Vec<&str> = people.iter().map(|person| person.user.as_str()).collect();
    let team = json!({
        "name": rules.team,
        "member_ids": members,
        "session_ids": [link.session],
        "routing": {"strategy": rules.strategy, "accept_seconds": seconds(rules.accept_within)},
        "sla": {"reply_seconds": seconds(rules.reply_within)},
    });
    let team = link.hub.post("/api/v1/teams", &team).await?;
    let id = team["id"].as_str().context("the team has no id")?;
    Ok(id.to_owned())
}

/// How many agents stand so now.
pub async fn standing(link: &Link, state: &str) -> anyhow::Result<usize> {
    let mut count = 0;
    let note = |agent: &Value| count += usize::from(agent["state"] == state);
    link.hub.each("/api/v1/agents", note).await?;
    Ok(count)
}
