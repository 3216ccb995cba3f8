//! `loadtest sends`.

use std::time::Duration;

use clap::Args;
use serde_json::Value;

use super::duration;
use super::scenario::{Needs, Scenario};
use crate::load::link::Link;
use crate::load::outflow::{Outflow, Template};
use crate::load::schedule::{Pace, Schedule};
use crate::load::shard::Shard;

/// Messages through the API.
#[derive(Debug, Args)]
pub struct Sends {
    /// Messages per second (with --shard: of all shards together).
    #[arg(long, default_value_t = 50.0)]
    rate: f64,
    /// Keep-alive connections that send.
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Measured time.
    #[arg(long, default_value = "60s", value_parser = duration)]
    duration: Duration,
    /// Time to get up to speed, not measured.
    #[arg(long, default_value = "2s", value_parser = duration)]
    ramp: Duration,
    #[command(flatten)]
    letter: Letter,
    /// Which of the messages are templates follows from it.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// This process is the i-th of n that put load on the hub together (see `ingest --help`): 1/3.
    #[arg(long, default_value_t)]
    shard: Shard,
}

/// What is sent to whom.
#[derive(Clone, Debug, Args)]
pub struct Letter {
    /// Recipients (with --shard: of all shards together). WhatsApp allows one of them 45 messages at once and one more
    /// every 6 s, and the hub keeps to that: have more recipients than --rate times 6.
    #[arg(long, default_value_t = 5000)]
    pub recipients: u32,
    /// Share of template messages; the others are texts.
    #[arg(long, default_value_t = 0.0)]
    pub templates: f64,
    /// The template: its name, language and number of variables in the body.
    #[arg(long, default_value = "recoger_en_tienda:es:2")]
    pub template: Template,
    /// The recipients have written within a day already; else each writes once before the clock starts, because texts
    /// are for them only.
    #[arg(long)]
    pub windows_are_open: bool,
}

impl Letter {
    /// Refuses what makes no sense.
    pub fn check(&self) -> anyhow::Result<()> {
        anyhow::ensure!(self.recipients > 0, "recipients must be at least 1");
        anyhow::ensure!(
            (0.0..=1.0).contains(&self.templates),
            "templates is a share from 0 to 1"
        );
        Ok(())
    }

    /// Sent at that pace.
    pub fn outflow(
        &self,
        schedule: Schedule,
        connections: usize,
        seed: u64,
        shard: Shard,
    ) -> Outflow {
        Outflow {
            schedule,
            connections,
            contacts: self.recipients,
            templates: self.templates,
            template: self.template.clone(),
            open_windows: !self.windows_are_open,
            seed,
            shard,
        }
    }
}

impl Scenario for Sends {
    fn check(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            self.rate > 0.0 && self.connections > 0 && !self.duration.is_zero(),
            "rate, connections and duration must be above 0"
        );
        self.letter.check()
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
        format!("{} sends/s", self.rate)
    }

    async fn load(&self, link: &Link) -> anyhow::Result<Value> {
        let schedule = Schedule {
            pace: Pace::of(self.shard.part(self.rate)),
            ramp: self.ramp,
            duration: self.duration,
        };
        self.letter
            .outflow(schedule, self.connections, self.seed, self.shard)
            .run(link)
            .await
    }
}
