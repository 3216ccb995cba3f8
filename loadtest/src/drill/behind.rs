//! Who bears the load stands behind whoever makes it. Where no core is idle the two would wait in one line, and what is measured
//! would be how late the load itself was.

use std::collections::HashSet;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::process::Command;

use super::command;
use super::topology::Topology;
use crate::load::report;

/// How much nicer: a tenth of the share, where there is not enough for all.
const NICER: i32 = 10;
const SHORT: Duration = Duration::from_secs(10);

/// From now on the nodes, PostgreSQL and Redis let this process pass. What they start later does as well.
pub async fn put(topology: &Topology) -> anyhow::Result<()> {
    let nodes = topology.nodes.iter().map(|node| node.pid());
    let mut pids: HashSet<u32> = nodes.collect::<anyhow::Result<_>>()?;
    pids.insert(topology.postgres.pid()?);
    pids.extend(topology.redis.pid());
    let roots = pids.clone();
    // Each connection has a process.
    pids.extend(children(topology.postgres.pid()?)?);
    let threads = pids.iter().flat_map(|pid| threads(*pid));
    // Debian's bsdutils; to be nicer needs no right. A thread that ended meanwhile is an error of no meaning.
    let mut renice = Command::new("renice");
    renice
        .args(["-n", &NICER.to_string(), "-p"])
        .args(threads.map(|thread| thread.to_string()));
    let done = command::run(&mut renice, SHORT).await;
    for pid in roots {
        if niceness(pid) != Some(NICER) {
            done.context("renice (Debian: bsdutils)")?;
            bail!("process {pid} did not become nicer");
        }
    }
    Ok(())
}

/// The processes that another one started.
fn children(parent: u32) -> anyhow::Result<Vec<u32>> {
    let names = std::fs::read_dir("/proc").context("/proc")?;
    let pids = names.filter_map(|name| name.ok()?.file_name().to_str()?.parse().ok());
    Ok(pids
        .filter(|pid| number(*pid, 1) == Some(i64::from(parent)))
        .collect())
}

fn threads(pid: u32) -> Vec<u32> {
    let names = std::fs::read_dir(format!("/proc/{pid}/task"));
    let names = names.into_iter().flatten();
    names
        .filter_map(|name| name.ok()?.file_name().to_str()?.parse().ok())
        .collect()
}

fn niceness(pid: u32) -> Option<i32> {
    number(pid, 16)?.try_into().ok()
}

/// A number of what the kernel tells of a process.
fn number(pid: u32, place: usize) -> Option<i64> {
    report::stat(&pid.to_string())?.get(place)?.parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_process_is_found_below_its_parent_with_its_threads() {
        let (own, parent) = (std::process::id(), std::os::unix::process::parent_id());
        assert!(children(parent).unwrap().contains(&own));
        assert!(threads(own).contains(&own));
        assert!(niceness(own).is_some());
        assert_eq!(niceness(0), None);
    }
}
