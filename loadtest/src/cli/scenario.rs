//! What all loads have in common: a hub, threads, a report. `mix` runs several of them on one hub.

use std::future::Future;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde_json::Value;

use super::output::Output;
use super::progress::Progress;
use super::target::HubFlags;
use crate::load::link::Link;
use crate::load::shard::Shard;

/// What must stand ready before a load begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// The right to use the hub's API and sockets.
    pub token: bool,
    /// A simulator behind the hub: for what it sends, or for the files of incoming messages.
    pub simulator: bool,
    /// A number to which webhooks are posted.
    pub number: bool,
}

impl Needs {
    /// A number, the API and the sockets, nothing else.
    pub const TOKEN: Self = Self {
        token: true,
        simulator: false,
        number: true,
    };

    /// What both need.
    pub const fn and(self, other: Self) -> Self {
        Self {
            token: self.token || other.token,
            simulator: self.simulator || other.simulator,
            number: self.number || other.number,
        }
    }
}

/// A load on a hub.
pub trait Scenario: Args + Sync {
    /// Refuses flags that make no sense.
    fn check(&self) -> anyhow::Result<()>;

    /// What must stand ready.
    fn needs(&self) -> Needs;

    /// Which part of a larger load it is.
    fn shard(&self) -> Shard {
        Shard::default()
    }

    /// How long it is planned to last.
    fn length(&self) -> Duration;

    /// What it is called in a report.
    fn title(&self) -> String;

    /// Runs it.
    fn load(&self, link: &Link) -> impl Future<Output = anyhow::Result<Value>> + Send;
}

/// A scenario as a command of its own.
#[derive(Debug, Args)]
pub struct Tool<S: Args> {
    #[command(flatten)]
    hub: HubFlags,
    #[command(flatten)]
    scenario: S,
    /// Threads of the generator.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    #[command(flatten)]
    output: Output,
}

impl<S: Scenario> Tool<S> {
    /// Runs the load.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        self.scenario.check()?;
        anyhow::ensure!(
            !self.hub.is_own() || self.scenario.shard().count() == 1,
            "shards share one hub: use --url, and not --start"
        );
        let runtime = runtime(self.threads)?;
        runtime.block_on(async {
            let link = self.hub.connect(self.scenario.needs()).await?;
            let progress = Progress::show(self.scenario.length());
            let report = self.scenario.load(&link).await?;
            drop(progress);
            self.output.finish(&self.scenario.title(), &report)
        })
    }
}

/// Threads for a generator.
pub fn runtime(threads: usize) -> anyhow::Result<tokio::runtime::Runtime> {
    let mut builder = if threads > 1 {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(threads);
        builder
    } else {
        tokio::runtime::Builder::new_current_thread()
    };
    Ok(builder.enable_all().build()?)
}
