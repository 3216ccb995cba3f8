//! `loadtest merge`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::compare::read;
use super::output::Output;
use crate::load::merge::merge;

/// Puts the reports of all shards of a run together.
///
/// Run the same command on each machine, only with another `--shard`, and with `--json`; then merge what they wrote.
/// Counts and rates add up, percentiles are those of all latencies (their histograms are in the reports), what every
/// shard saw of the one hub is told once. Objectives are judged on the whole:
///
/// loadtest ingest --url http://hub:3000 … --rate 6000 --shard 1/3 --json 1.json     (2/3 and 3/3 elsewhere)
///
/// loadtest merge 1.json 2.json 3.json --slo 'ack.p99<250ms' --html all.html
#[derive(Debug, Args)]
pub struct Merge {
    /// The reports of all shards.
    #[arg(required = true)]
    reports: Vec<PathBuf>,
    #[command(flatten)]
    output: Output,
}

impl Merge {
    /// Merges.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let reports: anyhow::Result<Vec<_>> = self.reports.iter().map(|path| read(path)).collect();
        let merged = merge(&reports?)?;
        let title = format!("{} shards", self.reports.len());
        self.output.finish(&title, &merged)
    }
}
