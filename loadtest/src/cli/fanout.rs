//! `loadtest fanout`.

use std::time::Duration;

use clap::Args;
use serde_json::Value;

use super::duration;
use super::ingest::Ingest;
use super::scenario::{Needs, Scenario};
use super::talk::{Repeat, Talk};
use crate::load::link::Link;
use crate::load::shard::Shard;

/// Many sockets and a few webhooks.
#[derive(Debug, Args)]
pub struct Fanout {
    /// Sockets that watch everything.
    #[arg(long, default_value_t = 1000)]
    sockets: usize,
    /// Webhooks per second; each becomes one event for every socket.
    #[arg(long, default_value_t = 10.0)]
    rate: f64,
    /// Messages in one webhook: a backlog that arrives at once.
    #[arg(long, default_value_t = 1)]
    batch: u64,
    /// Measured time.
    #[arg(long, default_value = "20s", value_parser = duration)]
    duration: Duration,
}

impl Fanout {
    fn ingest(&self) -> Ingest {
        Ingest {
            connections: 4,
            duration: self.duration,
            ramp: Duration::from_secs(1),
            rate: self.rate,
            talk: Talk::plain(100),
            sockets: self.sockets,
            batch: self.batch,
            repeat: Repeat::default(),
            shard: Shard::default(),
        }
    }
}

impl Scenario for Fanout {
    fn check(&self) -> anyhow::Result<()> {
        anyhow::ensure!(self.rate > 0.0, "rate must be above 0");
        self.ingest().check()
    }

    fn needs(&self) -> Needs {
        self.ingest().needs()
    }

    fn length(&self) -> Duration {
        self.ingest().length()
    }

    fn title(&self) -> String {
        format!("Fan-out to {} sockets", self.sockets)
    }

    async fn load(&self, link: &Link) -> anyhow::Result<Value> {
        self.ingest().load(link).await
    }
}
