//! `loadtest reads`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde_json::Value;

use super::agents::read_accounts;
use super::duration;
use super::scenario::{Needs, Scenario};
use crate::load::link::Link;
use crate::load::reads;
use crate::load::schedule::{Pace, Schedule};
use crate::load::shard::Shard;

/// Lists, threads and searches.
#[derive(Debug, Args)]
pub struct Reads {
    /// Reads per second (with --shard: of all shards together).
    #[arg(long, default_value_t = 100.0)]
    rate: f64,
    /// Keep-alive connections that ask.
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Measured time.
    #[arg(long, default_value = "60s", value_parser = duration)]
    duration: Duration,
    /// Time to get up to speed, not measured.
    #[arg(long, default_value = "2s", value_parser = duration)]
    ramp: Duration,
    /// Who asks: a file with `email password` in each line, each read is one of them at random. Absent: the one token.
    #[arg(long, value_name = "FILE")]
    accounts: Option<PathBuf>,
    /// Which of the reads asks for what follows from it.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// This process is the i-th of n that put load on the hub together (see `ingest --help`): 1/3.
    #[arg(long, default_value_t)]
    shard: Shard,
}

impl Scenario for Reads {
    fn check(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            self.rate > 0.0 && self.connections > 0 && !self.duration.is_zero(),
            "rate, connections and duration must be above 0"
        );
        Ok(())
    }

    fn needs(&self) -> Needs {
        Needs {
            token: true,
            ..Needs::default()
        }
    }

    fn shard(&self) -> Shard {
        self.shard
    }

    fn length(&self) -> Duration {
        self.ramp + self.duration
    }

    fn title(&self) -> String {
        format!("{} reads/s", self.rate)
    }

    async fn load(&self, link: &Link) -> anyhow::Result<Value> {
        let accounts = self.accounts.as_deref().map(read_accounts);
        let reads = reads::Reads {
            schedule: Schedule {
                pace: Pace::of(self.shard.part(self.rate)),
                ramp: self.ramp,
                duration: self.duration,
            },
            connections: self.connections,
            accounts: accounts.transpose()?.unwrap_or_default(),
            seed: self.seed,
            shard: self.shard,
        };
        reads.run(link).await
    }
}
