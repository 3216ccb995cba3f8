//! A scenario file: several loads with their flags, in TOML.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::{Args, Parser};
use serde::Deserialize;
use serde_json::Value;
use toml::{Table, Value as Toml};

use crate::cli::agents::Agents;
use crate::cli::day::Day;
use crate::cli::duration;
use crate::cli::fanout::Fanout;
use crate::cli::ingest::Ingest;
use crate::cli::reads::Reads;
use crate::cli::scenario::{Needs, Scenario};
use crate::cli::sends::Sends;
use crate::cli::soak::Soak;
use crate::load::link::Link;
use crate::load::shard::Shard;

/// What a report says of the mix itself; no load may have such a name, or one that begins like processor time.
const TAKEN: [&str; 5] = ["ok", "title", "seconds", "rss", "descriptors"];
const TAKEN_BEGINNINGS: [&str; 3] = ["hub_", "database_", "generator_"];

/// A file, understood.
pub struct Mixture {
    pub title: String,
    /// What is not counted of memory and descriptors at the beginning.
    pub warm_up: Duration,
    pub parts: Vec<Part>,
}

/// One of its loads.
pub struct Part {
    pub name: String,
    /// It begins so much later than the others.
    pub begin_after: Duration,
    pub load: Load,
}

/// A load with its flags.
pub enum Load {
    Ingest(Ingest),
    Fanout(Fanout),
    Agents(Agents),
    Sends(Sends),
    Day(Day),
    Soak(Soak),
    Reads(Reads),
}

/// Does the same with each kind of load.
macro_rules! each {
    ($load:expr, $one:ident => $what:expr) => {
        match $load {
            Load::Ingest($one) => $what,
            Load::Fanout($one) => $what,
            Load::Agents($one) => $what,
            Load::Sends($one) => $what,
            Load::Day($one) => $what,
            Load::Soak($one) => $what,
            Load::Reads($one) => $what,
        }
    };
}

impl Load {
    fn check(&self) -> anyhow::Result<()> {
        each!(self, one => one.check())
    }

    /// What must stand ready.
    pub fn needs(&self) -> Needs {
        each!(self, one => one.needs())
    }

    /// How long it is planned to last.
    pub fn length(&self) -> Duration {
        each!(self, one => one.length())
    }

    /// Runs it.
    pub async fn run(&self, link: &Link) -> anyhow::Result<Value> {
        each!(self, one => one.load(link).await)
    }

    fn read(tool: &str, flags: &[String]) -> anyhow::Result<Self> {
        Ok(match tool {
            "ingest" => Self::Ingest(parse(flags)?),
            "fanout" => Self::Fanout(parse(flags)?),
            "agents" => Self::Agents(parse(flags)?),
            "sends" => Self::Sends(parse(flags)?),
            "day" => Self::Day(parse(flags)?),
            "soak" => Self::Soak(parse(flags)?),
            "reads" => Self::Reads(parse(flags)?),
            _ => bail!("{tool:?} is none of ingest, fanout, agents, sends, day, soak, reads"),
        })
    }
}

/// A scenario's flags without those of the hub and the report, which are the mix's.
#[derive(Parser)]
#[command(
    no_binary_name = true,
    disable_help_flag = true,
    disable_version_flag = true
)]
struct Bare<S: Args> {
    #[command(flatten)]
    scenario: S,
}

fn parse<S: Scenario>(flags: &[String]) -> anyhow::Result<S> {
    let bare = Bare::<S>::try_parse_from(flags)?;
    Ok(bare.scenario)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    title: String,
    warm_up: Option<String>,
    load: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    tool: String,
    begin_after: Option<String>,
    #[serde(flatten)]
    flags: Table,
}

/// Understands a file; `shard` is told to every load.
pub fn read(text: &str, shard: Option<Shard>) -> anyhow::Result<Mixture> {
    let file: File = toml::from_str(text)?;
    anyhow::ensure!(!file.load.is_empty(), "there is no [[load]]");
    let mut names = BTreeSet::new();
    let mut parts = Vec::new();
    for entry in file.load {
        let name = entry.name.clone();
        check_name(&name)?;
        anyhow::ensure!(names.insert(name.clone()), "two loads are called {name}");
        parts.push(part(entry, shard).with_context(|| format!("in load {name:?}"))?);
    }
    Ok(Mixture {
        title: file.title,
        warm_up: time(file.warm_up.as_deref()).context("in warm_up")?,
        parts,
    })
}

/// A name begins the names of the load's figures, also in `--slo`.
fn check_name(name: &str) -> anyhow::Result<()> {
    let is_plain = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let is_taken =
        TAKEN.contains(&name) || TAKEN_BEGINNINGS.iter().any(|begin| name.starts_with(begin));
    anyhow::ensure!(
        is_plain && !name.is_empty() && !is_taken,
        "{name:?} is no name: letters, digits and _, and none of {}",
        TAKEN.join(", ")
    );
    Ok(())
}

fn part(entry: Entry, shard: Option<Shard>) -> anyhow::Result<Part> {
    let mut flags = Vec::new();
    for (key, value) in &entry.flags {
        add_flag(&mut flags, key, value)?;
    }
    if let Some(shard) = shard {
        flags.push(format!("--shard={shard}"));
    }
    let load = Load::read(&entry.tool, &flags)?;
    load.check()?;
    Ok(Part {
        name: entry.name,
        begin_after: time(entry.begin_after.as_deref()).context("in begin_after")?,
        load,
    })
}

/// `text_bytes = "20-400"` is `--text-bytes=20-400`; true is a flag alone, false none.
fn add_flag(flags: &mut Vec<String>, key: &str, value: &Toml) -> anyhow::Result<()> {
    let flag = format!("--{}", key.replace('_', "-"));
    match value {
        Toml::Boolean(true) => flags.push(flag),
        Toml::Boolean(false) => {}
        Toml::String(text) => flags.push(format!("{flag}={text}")),
        Toml::Integer(number) => flags.push(format!("{flag}={number}")),
        Toml::Float(number) => flags.push(format!("{flag}={number}")),
        _ => bail!("{key} must be a text, a number, true or false"),
    }
    Ok(())
}

fn time(text: Option<&str>) -> anyhow::Result<Duration> {
    match text {
        Some(text) => duration(text).map_err(anyhow::Error::msg),
        None => Ok(Duration::ZERO),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEAK: &str = include_str!("../../../scenarios/peak.toml");
    const OFFICE: &str = include_str!("../../../scenarios/office.toml");

    #[test]
    fn the_examples_are_understood_alone_and_in_shards() {
        for (text, loads) in [(PEAK, 3), (OFFICE, 3)] {
            assert_eq!(read(text, None).unwrap().parts.len(), loads);
            assert!(read(text, Some("2/3".parse().unwrap())).is_ok());
        }
        let office = read(OFFICE, None).unwrap();
        assert_eq!(office.parts[2].begin_after, Duration::from_secs(10));
        let Load::Ingest(customers) = &office.parts[0].load else {
            panic!("the first load is an ingest");
        };
        assert_eq!((customers.rate, customers.talk.zipf), (5.0, 1.0));
    }

    #[test]
    fn mistakes_are_told_with_the_load_that_has_them() {
        let wrong = |load: &str| {
            let text = format!("title = \"t\"\n[[load]]\n{load}");
            format!("{:#}", read(&text, None).err().unwrap())
        };
        for (load, told) in [
            ("name = \"a\"\ntool = \"launch\"", "none of ingest"),
            ("name = \"a\"\ntool = \"ingest\"\nspeed = 1", "--speed"),
            (
                "name = \"a\"\ntool = \"ingest\"\nurl = \"http://x\"",
                "--url",
            ),
            ("name = \"a\"\ntool = \"ingest\"\nbatch = 0", "at least 1"),
            (
                "name = \"a\"\ntool = \"ingest\"\nrate = [1]",
                "must be a text",
            ),
            ("name = \"rss\"\ntool = \"ingest\"", "no name"),
            ("name = \"hub_cpus\"\ntool = \"ingest\"", "no name"),
            ("name = \"a.b\"\ntool = \"ingest\"", "no name"),
            (
                "name = \"a\"\ntool = \"ingest\"\nbegin_after = \"soon\"",
                "begin_after",
            ),
            (
                "name = \"a\"\ntool = \"ingest\"\n[[load]]\nname = \"a\"\ntool = \"sends\"",
                "two loads",
            ),
        ] {
            let error = wrong(load);
            assert!(error.contains(told), "{load}: {error}");
        }
        assert!(read("title = \"t\"\nload = []", None).is_err());
    }
}
