//! `loadtest drill`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::duration;
use super::scenario::runtime;
use crate::drill::broken::has_faults;
use crate::drill::catalog::{DRILLS, Drill, breaks_within, find};
use crate::drill::outcome::Outcome;
use crate::drill::setup::{Setup, Size};
use crate::load::marker::fresh_run;
use crate::load::report::round;

/// Breaks something of a hub under load, and checks that nothing it acknowledged is lost, doubled or out of order.
///
/// Starts all it needs itself: some nodes of the hub, a PostgreSQL with fsync on and a Redis that keeps nothing, in a
/// folder of its own under the system's one for temporary files, from Debian's packages. Nothing else on the machine is
/// touched. The seed decides when and where something breaks; it is printed, and --seed repeats it.
///
/// Exit code 1 when a figure misses its bound; the folder with all logs then stays. `kill -9` shows crashes of processes
/// and not of power, and one machine is no network.
///
/// loadtest drill list
/// loadtest drill f-01 --rounds 20
/// loadtest drill smoke --json smoke.json
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Run {
    /// An id or name of `list`, or `smoke` for the small set that every change should pass.
    #[arg(default_value = "list")]
    name: String,
    /// The hub's program.
    #[arg(
        long,
        value_name = "PROGRAM",
        default_value = "target/release/command-center"
    )]
    hub: PathBuf,
    /// The program that `rolling-deploy` begins with, when it is another: the version before.
    #[arg(long, value_name = "PROGRAM")]
    old: Option<PathBuf>,
    /// Nodes of the hub.
    #[arg(long, default_value_t = 3)]
    nodes: usize,
    /// How large: `smoke`, `usual` for some minutes on two cores, `full` as the list of faults wants it.
    #[arg(long, value_enum, default_value_t = Extent::Usual)]
    size: Extent,
    /// How often something is broken.
    #[arg(long)]
    rounds: Option<u32>,
    /// Webhooks a second.
    #[arg(long)]
    rate: Option<f64>,
    /// Sockets that watch.
    #[arg(long)]
    agents: Option<usize>,
    /// How long something stays broken, or the mean time between two kills.
    #[arg(long, value_parser = duration)]
    hold: Option<Duration>,
    /// Messages, sends or sockets, whatever the drill is about.
    #[arg(long)]
    amount: Option<u64>,
    /// Repeats the choices of another run.
    #[arg(long)]
    seed: Option<u64>,
    /// Write the figures there, as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
}

/// How large a drill is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Extent {
    Smoke,
    Usual,
    Full,
}

impl Run {
    /// Runs one drill, or the smoke set, or lists them.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let drills: Vec<(&Drill, Extent)> = match self.name.as_str() {
            "list" => {
                list();
                return Ok(ExitCode::SUCCESS);
            }
            "smoke" => DRILLS
                .iter()
                .filter(|drill| drill.smoke.is_some())
                .map(|drill| (drill, Extent::Smoke))
                .collect(),
            name => {
                let drill = find(name).with_context(|| format!("no drill {name:?}: see `list`"))?;
                vec![(drill, self.size)]
            }
        };
        if !self.hub.is_file() {
            bail!("{} is no program: give --hub", self.hub.display());
        }
        if self.nodes == 0 || self.rate.is_some_and(|rate| rate <= 0.0) {
            bail!("nodes and rate must be above 0");
        }
        let seed = self.seed.map_or_else(|| fresh_run().map(u64::from), Ok)?;
        println!("seed {seed}");
        runtime(1)?.block_on(async {
            tokio::select! {
                all = self.each(&drills, seed) => all,
                // All processes of ours end on the way out.
                _ = tokio::signal::ctrl_c() => bail!("interrupted"),
            }
        })
    }

    async fn each(&self, drills: &[(&Drill, Extent)], seed: u64) -> anyhow::Result<ExitCode> {
        let mut reports = Vec::new();
        for (drill, extent) in drills {
            let setup = Setup {
                id: drill.id,
                binary: whole(&self.hub)?,
                old: self.old.as_deref().map(whole).transpose()?,
                nodes: self.nodes,
                size: self.sized(drill, *extent),
                seed,
            };
            println!("\n{}  {}: {}", drill.id, drill.name, drill.fault);
            println!(
                "      wanted besides nothing lost, doubled or out of order: {}",
                drill.pass
            );
            if *extent == Extent::Smoke
                && breaks_within(drill)
                && let Err(why) = has_faults(&setup.binary).await
            {
                println!("{}  left out: {why}", drill.id);
                continue;
            }
            let begin = Instant::now();
            let outcome = (drill.run)(&setup).await;
            let outcome = outcome.with_context(|| format!("{} could not run", drill.id))?;
            let seconds = round(begin.elapsed().as_secs_f64());
            println!("{}", outcome.table());
            println!(
                "{}  {} after {seconds} s",
                drill.id,
                verdict(outcome.is_good())
            );
            reports.push(report(drill, &setup, &outcome, seconds));
        }
        let is_good = reports.iter().all(|report| report["ok"] == true);
        if reports.len() > 1 {
            println!();
            for report in &reports {
                let verdict = verdict(report["ok"] == true);
                println!("{verdict}  {}  {} s", report["name"], report["seconds"]);
            }
        }
        if let Some(path) = &self.json {
            let all = json!({"ok": is_good, "seed": seed, "drills": reports});
            std::fs::write(path, serde_json::to_string_pretty(&all)?)
                .with_context(|| format!("{} can't be written", path.display()))?;
        }
        Ok(ExitCode::from(u8::from(!is_good)))
    }

    fn sized(&self, drill: &Drill, extent: Extent) -> Size {
        let size = match extent {
            Extent::Smoke => drill.smoke.unwrap_or(drill.usual),
            Extent::Usual => drill.usual,
            Extent::Full => drill.full,
        };
        Size {
            rounds: self.rounds.unwrap_or(size.rounds),
            rate: self.rate.unwrap_or(size.rate),
            agents: self.agents.unwrap_or(size.agents),
            hold: self.hold.map_or(size.hold, |hold| hold.as_secs_f64()),
            amount: self.amount.unwrap_or(size.amount),
        }
    }
}

/// The nodes run elsewhere.
fn whole(path: &Path) -> anyhow::Result<PathBuf> {
    let whole = path.canonicalize();
    whole.with_context(|| format!("{} can't be found", path.display()))
}

const fn verdict(is_good: bool) -> &'static str {
    match is_good {
        true => "passed",
        false => "FAILED",
    }
}

fn report(drill: &Drill, setup: &Setup, outcome: &Outcome, seconds: f64) -> Value {
    let size = setup.size;
    let mut report = outcome.json();
    report["drill"] = drill.id.into();
    report["name"] = drill.name.into();
    report["seconds"] = seconds.into();
    report["size"] = json!({"nodes": setup.nodes, "rounds": size.rounds, "rate": size.rate, "agents": size.agents,
        "hold_s": size.hold, "amount": size.amount});
    report
}

fn list() {
    for drill in DRILLS {
        let smoke = if drill.smoke.is_some() {
            "  (smoke)"
        } else {
            ""
        };
        println!("{}  {}{smoke}", drill.id, drill.name);
        println!("      breaks: {}", drill.fault);
        println!("      wanted: {}", drill.pass);
        for (name, size) in [
            ("usual", Some(drill.usual)),
            ("full", Some(drill.full)),
            ("smoke", drill.smoke),
        ] {
            let Some(size) = size else { continue };
            println!(
                "      {name}:  {} rounds, {} webhooks/s, {} agents, hold {} s, amount {}",
                size.rounds, size.rate, size.agents, size.hold, size.amount
            );
        }
    }
}
