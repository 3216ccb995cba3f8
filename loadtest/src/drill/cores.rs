//! The machine's cores, shared out between whoever makes the load and whoever bears it: where all of them are busy, the one
//! would take from the other, and wait in one line with it.

use std::process::{Command, Stdio};

use anyhow::{Context, bail};

/// Of so many cores one makes the load.
const ONE_IN: usize = 4;

/// Cores of one's own for the load, as long as it is kept.
pub struct Cores {
    all: Vec<usize>,
    load: usize,
}

impl Cores {
    /// Shares out those that this process may use. What it starts from now on gets the larger part, and keeps it.
    pub fn divide() -> anyhow::Result<Self> {
        let all = allowed(&std::fs::read_to_string("/proc/self/status")?)
            .context("which cores may be used is not known")?;
        let load = all.len().div_ceil(ONE_IN);
        let cores = Self { all, load };
        if cores.for_hubs() == 0 {
            bail!("two cores at least are needed: one for the load");
        }
        let (hubs, _) = cores.all.split_at(cores.for_hubs());
        keep_to(hubs)?;
        Ok(cores)
    }

    /// From now on this process has the cores of the load, and nothing else runs on them.
    pub fn begin(&self) -> anyhow::Result<()> {
        keep_to(&self.all[self.for_hubs()..])
    }

    /// How many bear the load.
    pub const fn for_hubs(&self) -> usize {
        self.all.len() - self.load
    }

    /// How many make it.
    pub const fn for_load(&self) -> usize {
        self.load
    }
}

impl Drop for Cores {
    fn drop(&mut self) {
        if let Err(error) = keep_to(&self.all) {
            tracing::warn!(%error, "the drills after this one have fewer cores");
        }
    }
}

/// All threads of this process run on these cores only, and what they start does.
fn keep_to(cores: &[usize]) -> anyhow::Result<()> {
    let list: Vec<String> = cores.iter().map(usize::to_string).collect();
    // Debian's util-linux; there is no safe call for it.
    let status = Command::new("taskset")
        .args(["--all-tasks", "--pid", "--cpu-list", &list.join(",")])
        .arg(std::process::id().to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .context("taskset (Debian: util-linux) can't be run")?;
    if !status.success() {
        bail!("taskset ended with {status}");
    }
    Ok(())
}

/// The cores of a process's status, which tells them as `0-3,8`.
fn allowed(status: &str) -> Option<Vec<usize>> {
    let list = status
        .lines()
        .find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?;
    let mut all = Vec::new();
    for part in list.trim().split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        all.extend(first.parse::<usize>().ok()?..=last.parse().ok()?);
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cores_are_read_one_by_one_and_in_ranges() {
        let status =
            |list: &str| format!("Name:\tx\nCpus_allowed_list:\t{list}\nMems_allowed:\t1\n");
        assert_eq!(allowed(&status("0-1")), Some(vec![0, 1]));
        assert_eq!(allowed(&status("3,5-7,9")), Some(vec![3, 5, 6, 7, 9]));
        assert_eq!(allowed(&status("")), None);
        assert_eq!(allowed("Name:\tx\n"), None);
    }
}
