//! The places at which a hub of a build with the feature `faults` breaks when `FAILPOINTS` says so. They are the hub's own,
//! written down once more: this program speaks to hubs and does not know them.

use std::path::Path;
use std::time::Duration;

use anyhow::ensure;

use super::command;

/// Where a process may end.
pub const PLACES: [&str; 7] = [
    "batch.taken",
    "batch.committed",
    "callback.stored",
    "jobs.claimed",
    "attempt.begun",
    "attempt.answered",
    "attempt.settled",
];
/// A message with this text makes its conversation panic.
pub const POISON: &str = "message.handled";
/// A message with this text ends the thread that its conversation lives on.
pub const ENDS_THREAD: &str = "thread.ends";

const ANSWER: Duration = Duration::from_secs(10);

/// Refuses a hub that does not break.
pub async fn has_faults(binary: &Path) -> anyhow::Result<()> {
    let mut asked = tokio::process::Command::new(binary);
    let version = command::run(asked.arg("--version"), ANSWER).await?;
    ensure!(
        version.contains("+faults"),
        "{} is {}: this drill needs a hub that was built with `cargo build --release --features faults`",
        binary.display(),
        version.trim()
    );
    Ok(())
}
