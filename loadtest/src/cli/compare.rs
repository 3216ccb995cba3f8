//! `loadtest compare`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use serde_json::Value;

use crate::load::compare::{differences, table};

/// Puts two reports (`--json`) side by side.
///
/// Exit code 1 when a figure of the second is worse by more than the tolerance: latencies, lost and doubled
/// messages, memory and processor time count as worse when they rise, rates when they fall.
#[derive(Debug, Args)]
pub struct Compare {
    /// The report of the earlier run.
    before: PathBuf,
    /// The report of the later run.
    after: PathBuf,
    /// Percent by which a figure may be worse; two runs on one machine differ by some.
    #[arg(long, default_value_t = 10.0)]
    tolerance: f64,
}

impl Compare {
    /// Compares.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let tolerance = self.tolerance / 100.0;
        let found = differences(&read(&self.before)?, &read(&self.after)?);
        anyhow::ensure!(!found.is_empty(), "the reports have no figure in common");
        print!("{}", table(&found, tolerance));
        let is_worse = found.iter().any(|figure| figure.is_worse(tolerance));
        Ok(ExitCode::from(u8::from(is_worse)))
    }
}

/// A report that was written with `--json`.
pub(super) fn read(path: &Path) -> anyhow::Result<Value> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("{} can't be read", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is no report", path.display()))
}
