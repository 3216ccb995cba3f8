//! `loadtest soak`.

use std::time::Duration;

use anyhow::Context;
use clap::Args;
use serde_json::{Value, json};

use super::duration;
use super::ingest::Ingest;
use super::scenario::{Needs, Scenario};
use super::sends::Letter;
use super::talk::{Repeat, Talk};
use crate::load::link::Link;
use crate::load::schedule::{Pace, Schedule};
use crate::load::shard::Shard;
use crate::load::traffic::Traffic;

/// The same for a long time.
#[derive(Debug, Args)]
pub struct Soak {
    /// Webhooks per second (with --shard: of all shards together).
    #[arg(long, default_value_t = 300.0)]
    rate: f64,
    /// Sends per second; 0: nothing goes out.
    #[arg(long, default_value_t = 0.0)]
    sends_rate: f64,
    /// How long, the warm-up included.
    #[arg(long, default_value = "60m", value_parser = duration)]
    duration: Duration,
    /// Not looked at: a hub fills its caches first.
    #[arg(long, default_value = "10m", value_parser = duration)]
    warm_up: Duration,
    /// How often the hub's memory and descriptors are looked at.
    #[arg(long, default_value = "5s", value_parser = duration)]
    every: Duration,
    /// Connections that post, and as many that send.
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Sockets that watch everything.
    #[arg(long, default_value_t = 2)]
    sockets: usize,
    #[command(flatten)]
    talk: Talk,
    #[command(flatten)]
    letter: Letter,
    #[command(flatten)]
    repeat: Repeat,
    /// This process is the i-th of n that put load on the hub together (see `ingest --help`): 1/3.
    #[arg(long, default_value_t)]
    shard: Shard,
}

/// Time to get up to speed.
const RAMP: Duration = Duration::from_secs(2);

impl Soak {
    fn traffic(&self) -> Traffic {
        let ingest = Ingest {
            connections: self.connections,
            duration: self.duration,
            ramp: RAMP,
            rate: self.rate,
            talk: self.talk.clone(),
            sockets: self.sockets,
            batch: 1,
            repeat: self.repeat,
            shard: self.shard,
        };
        let schedule = Schedule {
            pace: Pace::of(self.shard.part(self.sends_rate)),
            ramp: RAMP,
            duration: self.duration,
        };
        let outflow = self
            .letter
            .outflow(schedule, self.connections, self.talk.seed, self.shard);
        Traffic {
            inflow: ingest.inflow(),
            outflow: (self.sends_rate > 0.0).then_some(outflow),
            every: self.every,
            warm_up: self.warm_up,
        }
    }
}

impl Scenario for Soak {
    fn check(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            self.rate > 0.0 && self.connections > 0,
            "rate and connections must be above 0"
        );
        anyhow::ensure!(
            self.duration > self.warm_up + self.every * 2,
            "duration must be longer than warm-up and two looks"
        );
        self.talk.check()?;
        self.letter.check()
    }

    fn needs(&self) -> Needs {
        Needs {
            token: true,
            simulator: self.sends_rate > 0.0 || self.talk.profile.has_files(),
            number: true,
        }
    }

    fn shard(&self) -> Shard {
        self.shard
    }

    fn length(&self) -> Duration {
        RAMP + self.duration
    }

    fn title(&self) -> String {
        format!("Soak at {} webhooks/s for {:?}", self.rate, self.duration)
    }

    async fn load(&self, link: &Link) -> anyhow::Result<Value> {
        link.pid.context(
            "a soak looks at the hub's process: give its --pid on this machine, or --start a hub of our own",
        )?;
        let mut report = self.traffic().run(link).await?;
        report["warm_up_s"] = json!(self.warm_up.as_secs_f64());
        Ok(report)
    }
}
