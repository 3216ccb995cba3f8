//! Where a report goes and what it must keep to: the flags that all measuring tools share.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use serde_json::Value;

use crate::load::objective::Objective;
use crate::load::{page, report};

/// What becomes of the report.
#[derive(Clone, Debug, Default, Args)]
pub struct Output {
    /// Write the figures there, as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Write a page with charts there: one HTML file that needs nothing else.
    #[arg(long)]
    html: Option<PathBuf>,
    /// An objective, several times if you like: `ack.p99<250ms`, `rate>=5000`, `lost=0`. Exit code 1 when one is
    /// broken.
    #[arg(long)]
    slo: Vec<Objective>,
}

impl Output {
    /// Shows the report, writes it where it is wanted, and judges it: by its own `ok`, and by the objectives.
    pub fn finish(&self, title: &str, report: &Value) -> anyhow::Result<ExitCode> {
        println!("{}", report::table(report));
        if let Some(path) = &self.json {
            std::fs::write(path, serde_json::to_string_pretty(report)?)
                .with_context(|| format!("{} can't be written", path.display()))?;
        }
        let broken: Vec<String> = self
            .slo
            .iter()
            .filter_map(|objective| objective.broken_by(report))
            .collect();
        if let Some(path) = &self.html {
            std::fs::write(path, page::html(title, report, &broken))
                .with_context(|| format!("{} can't be written", path.display()))?;
        }
        for objective in &broken {
            eprintln!("broken objective  {objective}");
        }
        let is_good = report["ok"] == true && broken.is_empty();
        Ok(ExitCode::from(u8::from(!is_good)))
    }
}
