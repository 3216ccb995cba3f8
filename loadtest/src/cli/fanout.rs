//! `loadtest fanout`.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use super::duration;
use super::ingest::Ingest;
use super::output::Output;
use super::target::HubFlags;

/// Tells many sockets the same: what a delivery costs the hub, and what an idle socket weighs.
///
/// Opens that many sockets on one stream, posts a few webhooks a second, and counts on every socket what came: how
/// late, lost or doubled. `hub_cpu_s_per_million_events` is the price, `idle_socket_kib` the weight. Thousands of
/// sockets need as many file descriptors on both sides (`ulimit -n`).
#[derive(Debug, Args)]
pub struct Fanout {
    #[command(flatten)]
    hub: HubFlags,
    /// Sockets that watch everything.
    #[arg(long, default_value_t = 1000)]
    sockets: usize,
    /// Webhooks per second; each becomes one event for every socket.
    #[arg(long, default_value_t = 10.0)]
    rate: f64,
    /// Messages in one webhook: a backlog that arrives at once.
    #[arg(long, default_value_t = 1)]
    batch: u64,
    /// Measured time.
    #[arg(long, default_value = "20s", value_parser = duration)]
    duration: Duration,
    /// Threads of the generator.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    #[command(flatten)]
    output: Output,
}

impl Fanout {
    /// Runs the load.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        anyhow::ensure!(self.rate > 0.0, "rate must be above 0");
        let ingest = Ingest {
            hub: self.hub,
            connections: 4,
            duration: self.duration,
            ramp: Duration::from_secs(1),
            rate: self.rate,
            contacts: 100,
            sockets: self.sockets,
            batch: self.batch,
            repeat_every: 0,
            threads: self.threads,
            output: self.output,
        };
        ingest.run()
    }
}
