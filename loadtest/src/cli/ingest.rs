//! `loadtest ingest`.

use std::time::Duration;

use clap::Args;
use serde_json::Value;

use super::duration;
use super::scenario::{Needs, Scenario};
use super::talk::{Repeat, Talk};
use crate::load::inflow::Inflow;
use crate::load::link::Link;
use crate::load::schedule::{Pace, Schedule};
use crate::load::shard::Shard;

/// Signed webhooks, and sockets that watch.
#[derive(Debug, Args)]
pub struct Ingest {
    /// Keep-alive connections that post.
    #[arg(long, default_value_t = 32)]
    pub(super) connections: usize,
    /// Measured time.
    #[arg(long, default_value = "60s", value_parser = duration)]
    pub(super) duration: Duration,
    /// Time to get up to speed, not measured.
    #[arg(long, default_value = "2s", value_parser = duration)]
    pub(super) ramp: Duration,
    /// Webhooks per second (open loop; with --shard: of all shards together); 0 is a closed loop.
    #[arg(long, default_value_t = 0.0)]
    pub(super) rate: f64,
    #[command(flatten)]
    pub(super) talk: Talk,
    /// Sockets that watch everything.
    #[arg(long, default_value_t = 10)]
    pub(super) sockets: usize,
    /// Messages in one webhook.
    #[arg(long, default_value_t = 1)]
    pub(super) batch: u64,
    #[command(flatten)]
    pub(super) repeat: Repeat,
    /// This process is the i-th of n that put load on the hub together, each with its own contacts and ids: 1/3.
    /// Start all n with the same flags; put their reports together with `loadtest merge`.
    #[arg(long, default_value_t)]
    pub(super) shard: Shard,
}

impl Ingest {
    /// What customers do in it.
    pub(super) fn inflow(&self) -> Inflow {
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
            sockets: self.sockets,
            batch: self.batch,
            repeat_every: self.repeat.repeat_every,
            retry: self.repeat.retry(),
        }
    }
}

impl Scenario for Ingest {
    fn check(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            self.connections > 0 && self.batch > 0,
            "connections and batch must be at least 1"
        );
        anyhow::ensure!(!self.duration.is_zero(), "duration must be above 0");
        self.talk.check()
    }

    fn needs(&self) -> Needs {
        Needs {
            token: self.sockets > 0,
            simulator: self.talk.profile.has_files(),
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
        self.inflow().title()
    }

    async fn load(&self, link: &Link) -> anyhow::Result<Value> {
        self.inflow().run(link).await
    }
}
