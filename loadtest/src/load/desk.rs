//! Agents and customers together: everybody of a contact centre for a while.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::{Map, Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::agent::{Account, Agent, Manner};
use super::chance::{Of, chance};
use super::inflow::Inflow;
use super::link::Link;
use super::marker::fresh_run;
use super::report::round;
use super::rest::Rest;
use super::seat::Seat;
use super::shard::Shard;
use super::tally::Tally;
use super::usage::{Done, Usage};

/// The last answers get so long to show at a socket.
const AFTERWARDS: Duration = Duration::from_secs(5);
/// A user's token ends within the hour; longer runs use the link's key.
const LOGGED_IN: Duration = Duration::from_secs(50 * 60);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// Agents that share one user: below what a hub allows one person in sockets.
const AGENTS_PER_USER: usize = 25;

/// A contact centre.
pub struct Desk {
    /// Agents, those of the other shards included.
    pub agents: u32,
    pub manner: Manner,
    /// Who they are, one after the other and then from the first again; without any the link's own token, or users
    /// that are made for a hub of our own.
    pub accounts: Vec<(String, String)>,
    pub seed: u64,
    pub shard: Shard,
    pub customers: Inflow,
}

impl Desk {
    /// Runs it and reports.
    pub async fn run(&self, link: &Link) -> anyhow::Result<Value> {
        let count = self.shard.share(self.agents);
        anyhow::ensure!(count > 0, "every shard needs at least one agent");
        let accounts = self.accounts(link, count as usize).await?;
        let tally = Arc::new(Tally::default());
        let ends = Ends::default();
        let begin = Instant::now();
        let before = Usage::of(link);
        let mut agents = self.sit_down(link, &accounts, &tally, &ends, begin)?;
        let customers = self.customers.run(link).await?;
        ends.go_home(&mut agents, &tally).await;
        let seconds = begin.elapsed().as_secs_f64();
        Ok(self.report(link, &tally, customers, before, seconds))
    }

    /// A token for each user.
    async fn accounts(&self, link: &Link, count: usize) -> anyhow::Result<Vec<Account>> {
        let mut hubs = Vec::new();
        for (email, password) in &self.accounts {
            hubs.push(link.hub.clone().log_in(email, password).await?);
        }
        let is_short = self.customers.schedule.total() < LOGGED_IN;
        if hubs.is_empty() && link.is_own && is_short {
            for number in 0..count.div_ceil(AGENTS_PER_USER) {
                let email = format!("agent{number}-{}@example.org", self.shard.number(0));
                let password = format!("a long pass phrase for agent {number}");
                hubs.push(link.hub.add_user(&email, &password).await?);
            }
        }
        if hubs.is_empty() {
            hubs.push(link.hub.clone());
        }
        let mut accounts = Vec::new();
        for hub in &hubs {
            accounts.push(Account {
                token: hub.token().context("agents need a token")?.to_owned(),
                user: hub.me().await?,
            });
        }
        Ok(accounts)
    }

    /// Everybody comes within the ramp, so that not all log on in the same moment.
    fn sit_down(
        &self,
        link: &Link,
        accounts: &[Account],
        tally: &Arc<Tally>,
        ends: &Ends,
        begin: Instant,
    ) -> anyhow::Result<JoinSet<()>> {
        let colleagues: Arc<[String]> =
            accounts.iter().filter_map(|one| one.user.clone()).collect();
        let run = self.shard.run(fresh_run()?);
        let (authority, url) = (link.hub.authority()?, link.hub.socket_url());
        let mut agents = JoinSet::new();
        let count = self.shard.share(self.agents);
        for n in 0..count {
            let number = self.shard.number(n);
            let account = accounts[n as usize % accounts.len()].clone();
            let first = begin
                + self
                    .customers
                    .schedule
                    .ramp
                    .mul_f64(f64::from(n) / f64::from(count));
            let (url, token) = (url.clone(), account.token.clone());
            let agent = Agent {
                name: format!("lt-{run:08x}-{number}"),
                rest: Rest::new(&authority, &account.token),
                account,
                colleagues: Arc::clone(&colleagues),
                manner: self.manner.clone(),
                chance: chance(self.seed, Of::Agent, u64::from(number)),
                tally: Arc::clone(tally),
                seat: Seat::take(url, token, Arc::clone(tally), ends.sockets.subscribe()),
                stop: ends.work.subscribe(),
            };
            agents.spawn(agent.work(first));
        }
        Ok(agents)
    }

    fn report(
        &self,
        link: &Link,
        tally: &Tally,
        customers: Value,
        before: Usage,
        seconds: f64,
    ) -> Value {
        let mut figures = Map::new();
        tally.add_to(&mut figures);
        let count = |name: &str| {
            figures
                .get(name)
                .and_then(|figure| figure["count"].as_u64())
        };
        let answers = count("answer_ms").unwrap_or(0);
        let events = figures["events_seen"].as_u64().unwrap_or(0);
        let is_good = figures["failures"] == 0 && tally.unseen() == 0 && customers["ok"] == true;
        let mut report = json!({
            "ok": is_good,
            "agents": self.agents,
            "shard": self.shard.to_string(),
            "seed": self.seed,
            "seconds": round(seconds),
            "answers": answers,
            "answers_per_second": round(answers as f64 / seconds),
        });
        if let Some(report) = report.as_object_mut() {
            report.append(&mut figures);
        }
        let messages = answers + customers["messages_acked"].as_u64().unwrap_or(0);
        Usage::of(link).add_to(&mut report, before, seconds, Done::of(messages, events));
        report["customers"] = customers;
        report
    }
}

/// When agents stop working, and when their sockets end.
#[derive(Default)]
struct Ends {
    work: watch::Sender<bool>,
    sockets: watch::Sender<bool>,
}

impl Ends {
    /// Lets the agents stop, the last answers show, and then the sockets end.
    async fn go_home(&self, agents: &mut JoinSet<()>, tally: &Tally) {
        self.work.send_replace(true);
        while agents.join_next().await.is_some() {}
        let begin = Instant::now();
        while tally.unseen() > 0 && begin.elapsed() < AFTERWARDS {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        self.sockets.send_replace(true);
    }
}
