//! `loadtest agents`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use serde_json::Value;

use super::duration;
use super::scenario::{Needs, Scenario};
use super::talk::{Repeat, Talk};
use crate::load::agent::Manner;
use crate::load::desk::Desk;
use crate::load::inflow::Inflow;
use crate::load::link::Link;
use crate::load::schedule::{Pace, Schedule};
use crate::load::shard::Shard;

/// Agents and customers.
#[derive(Debug, Args)]
pub struct Agents {
    /// Agents at work (with --shard: of all shards together).
    #[arg(long, default_value_t = 50)]
    agents: u32,
    /// Who they are at the hub: a file with `email password` in each line, used one after the other and then from
    /// the first again.
    #[arg(long, value_name = "FILE")]
    accounts: Option<PathBuf>,
    /// The pause before an agent takes the next conversation, on average.
    #[arg(long, default_value = "3s", value_parser = duration)]
    think: Duration,
    /// How long it reads, on average.
    #[arg(long, default_value = "3s", value_parser = duration)]
    read: Duration,
    /// How long it writes, on average.
    #[arg(long, default_value = "5s", value_parser = duration)]
    write: Duration,
    /// Share of answered conversations that are handed to a colleague.
    #[arg(long, default_value_t = 0.1)]
    transfer: f64,
    /// Share of answered conversations that are closed.
    #[arg(long, default_value_t = 0.3)]
    close: f64,
    /// Webhooks per second from the customers (with --shard: of all shards together).
    #[arg(long, default_value_t = 20.0)]
    rate: f64,
    /// Connections that post the customers' webhooks.
    #[arg(long, default_value_t = 8)]
    connections: usize,
    /// Measured time.
    #[arg(long, default_value = "60s", value_parser = duration)]
    duration: Duration,
    /// Time in which the agents come and the customers get up to speed.
    #[arg(long, default_value = "2s", value_parser = duration)]
    ramp: Duration,
    #[command(flatten)]
    talk: Talk,
    /// This process is the i-th of n that put load on the hub together (see `ingest --help`): 1/3.
    #[arg(long, default_value_t)]
    shard: Shard,
}

impl Scenario for Agents {
    fn check(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            self.agents > 0 && self.connections > 0 && self.rate > 0.0,
            "agents, connections and rate must be above 0"
        );
        let shares = [self.transfer, self.close, self.transfer + self.close];
        anyhow::ensure!(
            shares.iter().all(|share| (0.0..=1.0).contains(share)),
            "transfer and close are shares, together at most 1"
        );
        self.talk.check()
    }

    fn needs(&self) -> Needs {
        Needs {
            token: true,
            simulator: true,
            number: true,
        }
    }

    fn shard(&self) -> Shard {
        self.shard
    }

    fn length(&self) -> Duration {
        self.ramp + self.duration
    }

    fn title(&self) -> String {
        format!("{} agents, {} webhooks/s", self.agents, self.rate)
    }

    async fn load(&self, link: &Link) -> anyhow::Result<Value> {
        let accounts = self.accounts.as_deref().map(read_accounts);
        let desk = Desk {
            agents: self.agents,
            manner: Manner {
                think: self.think,
                read: self.read,
                write: self.write,
                transfer: self.transfer,
                close: self.close,
            },
            accounts: accounts.transpose()?.unwrap_or_default(),
            seed: self.talk.seed,
            shard: self.shard,
            customers: self.customers(),
        };
        desk.run(link).await
    }
}

impl Agents {
    fn customers(&self) -> Inflow {
        let repeat = Repeat::default();
        Inflow {
            schedule: Schedule {
                pace: Pace::of(self.shard.part(self.rate)),
                ramp: self.ramp,
                duration: self.duration,
            },
            connections: self.connections,
            contacts: self.talk.contacts,
            zipf: self.talk.zipf,
            profile: self.talk.profile.clone(),
            size: self.talk.size(),
            seed: self.talk.seed,
            shard: self.shard,
            sockets: 0,
            batch: 1,
            repeat_every: 0,
            retry: repeat.retry(),
        }
    }
}

/// The users in a file: `email password` in each line.
pub fn read_accounts(path: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("{} can't be read", path.display()))?;
    let accounts = accounts(&text).with_context(|| {
        format!(
            "each line of {} must be an e-mail, a blank and a password",
            path.display()
        )
    })?;
    anyhow::ensure!(!accounts.is_empty(), "{} is empty", path.display());
    Ok(accounts)
}

/// A password may have blanks in it.
fn accounts(text: &str) -> Option<Vec<(String, String)>> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| line.split_once(' '))
        .map(|pair| pair.map(|(email, password)| (email.to_owned(), password.trim().to_owned())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_lines_of_email_and_password() {
        let read = accounts("a@x.org pass phrase\n\n b@x.org  q\n").unwrap();
        assert_eq!(read[0], ("a@x.org".to_owned(), "pass phrase".to_owned()));
        assert_eq!(read[1], ("b@x.org".to_owned(), "q".to_owned()));
        assert_eq!(accounts("nonsense"), None);
    }
}
