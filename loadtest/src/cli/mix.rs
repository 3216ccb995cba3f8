//! `loadtest mix`.

mod file;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Args;
use futures_util::future::try_join_all;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::scenario::{Needs, Scenario};
use crate::load::gauge;
use crate::load::link::Link;
use crate::load::report::round;
use crate::load::shard::Shard;
use crate::load::usage::{Done, Usage};

use file::{Mixture, Part};

/// How often the hub's memory and descriptors are looked at.
const LOOK: Duration = Duration::from_secs(1);

/// Several loads at once.
#[derive(Debug, Args)]
pub struct Mix {
    /// The scenario, a TOML file.
    scenario: PathBuf,
    /// This process is the i-th of n that put load on the hub together, each load with its part: 1/3.
    #[arg(long)]
    shard: Option<Shard>,
}

impl Mix {
    fn read(&self) -> anyhow::Result<Mixture> {
        let path = self.scenario.display();
        let text = std::fs::read_to_string(&self.scenario)
            .with_context(|| format!("{path} can't be read"))?;
        file::read(&text, self.shard).with_context(|| format!("{path} is no scenario"))
    }
}

impl Scenario for Mix {
    fn check(&self) -> anyhow::Result<()> {
        self.read().map(|_| ())
    }

    fn needs(&self) -> Needs {
        let parts = self.read().map(|mixture| mixture.parts);
        let parts = parts.unwrap_or_default();
        parts
            .iter()
            .fold(Needs::default(), |needs, part| needs.and(part.load.needs()))
    }

    fn shard(&self) -> Shard {
        self.shard.unwrap_or_default()
    }

    fn length(&self) -> Duration {
        let parts = self.read().map(|mixture| mixture.parts);
        let parts = parts.unwrap_or_default();
        let ends = parts
            .iter()
            .map(|part| part.begin_after + part.load.length());
        ends.max().unwrap_or_default()
    }

    fn title(&self) -> String {
        self.read()
            .map_or_else(|_| "Mix".to_owned(), |mixture| mixture.title)
    }

    async fn load(&self, link: &Link) -> anyhow::Result<Value> {
        let mixture = self.read()?;
        let (end, end_seen) = watch::channel(false);
        let looking = link
            .pid
            .map(|pid| tokio::spawn(gauge::watch(pid, LOOK, end_seen)));
        let before = Usage::of(link);
        let begin = Instant::now();
        let reports = try_join_all(mixture.parts.iter().map(|part| run(part, link))).await?;
        let seconds = begin.elapsed().as_secs_f64();
        end.send_replace(true);
        let is_good = reports.iter().all(|report| report["ok"] == true);
        let mut all = json!({"ok": is_good, "title": mixture.title, "seconds": round(seconds)});
        for (part, report) in mixture.parts.iter().zip(reports) {
            all[&part.name] = report;
        }
        // What it was used for has its own figures in each load.
        Usage::of(link).add_to(&mut all, before, seconds, Done::default());
        if let Some(looking) = looking {
            gauge::add_to(&mut all, &looking.await?, mixture.warm_up);
        }
        Ok(all)
    }
}

async fn run(part: &Part, link: &Link) -> anyhow::Result<Value> {
    tokio::time::sleep(part.begin_after).await;
    let report = part.load.run(link).await;
    report.with_context(|| format!("in load {:?}", part.name))
}
