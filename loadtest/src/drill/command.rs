//! Programs that are run to their end: what they said, or why they failed, within a time.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::process::Command;

use crate::load::report;

/// Runs it and gives what it printed.
pub async fn run(command: &mut Command, within: Duration) -> anyhow::Result<String> {
    let name = format!("{:?}", command.as_std().get_program());
    command.stdin(Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(within, command.output())
        .await
        .with_context(|| format!("{name} took longer than {} s", within.as_secs()))?
        .with_context(|| format!("{name} can't be run"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{name} ended with {}: {}", output.status, said.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Sends a signal like `KILL` or `STOP`.
pub async fn signal(pid: u32, name: &str) -> anyhow::Result<()> {
    const WITHIN: Duration = Duration::from_secs(5);
    let mut kill = Command::new("kill");
    kill.args(["-s", name, &pid.to_string()]);
    run(&mut kill, WITHIN).await.map(|_| ())
}

/// Whether a process runs; one that waits to be buried does not.
pub fn is_alive(pid: u32) -> bool {
    let stat = report::stat(&pid.to_string()).unwrap_or_default();
    stat.first()
        .is_some_and(|state| !matches!(state.as_str(), "Z" | "X"))
}

/// Waits until a process is gone.
pub async fn gone(pid: u32, within: Duration) -> anyhow::Result<()> {
    const LOOK_AGAIN: Duration = Duration::from_millis(5);
    let wait = async {
        while is_alive(pid) {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    };
    tokio::time::timeout(within, wait)
        .await
        .with_context(|| format!("process {pid} is still there"))
}

/// Descriptors that a process holds.
pub fn descriptors(pid: u32) -> usize {
    std::fs::read_dir(Path::new("/proc").join(pid.to_string()).join("fd"))
        .map_or(0, Iterator::count)
}
