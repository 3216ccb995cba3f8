//! `loadtest ingest`.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::Args;
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::duration;
use super::output::Output;
use super::target::{HubFlags, Link};
use crate::load::board::Board;
use crate::load::hub::Hub;
use crate::load::marker::Marker;
use crate::load::post::{self, Plan, Posted};
use crate::load::report;
use crate::load::schedule::Schedule;
use crate::load::socket::{self, Watch, Watched};

/// Sockets that see nothing new for so long have seen all.
const QUIET: Duration = Duration::from_secs(3);
/// Sockets that are opened at a time.
const OPENING: usize = 64;
/// So many sockets show in the hub's memory.
const MANY: usize = 100;
/// The longest wait for the sockets after the last webhook.
const DRAIN: Duration = Duration::from_secs(30);

/// Puts signed webhooks on a hub and watches them come out at its sockets.
///
/// Closed loop (`--rate 0`): each connection posts as soon as its last webhook was answered. Open loop
/// (`--rate N`): webhooks are due at fixed times and every latency is counted from the due time, so a slow hub
/// can't slow the clock. Exit code 1 when an acknowledged message was lost or doubled.
#[derive(Debug, Args)]
pub struct Ingest {
    #[command(flatten)]
    pub(super) hub: HubFlags,
    /// Keep-alive connections that post.
    #[arg(long, default_value_t = 32)]
    pub(super) connections: usize,
    /// Measured time.
    #[arg(long, default_value = "60s", value_parser = duration)]
    pub(super) duration: Duration,
    /// Time to get up to speed, not measured.
    #[arg(long, default_value = "2s", value_parser = duration)]
    pub(super) ramp: Duration,
    /// Webhooks per second (open loop); 0 is a closed loop.
    #[arg(long, default_value_t = 0.0)]
    pub(super) rate: f64,
    /// Customers that write.
    #[arg(long, default_value_t = 2000)]
    pub(super) contacts: u32,
    /// Sockets that watch everything.
    #[arg(long, default_value_t = 10)]
    pub(super) sockets: usize,
    /// Messages in one webhook.
    #[arg(long, default_value_t = 1)]
    pub(super) batch: u64,
    /// Post every n-th webhook a second time (0: never).
    #[arg(long, default_value_t = 0)]
    pub(super) repeat_every: u64,
    /// Threads of the generator.
    #[arg(long, default_value_t = 1)]
    pub(super) threads: usize,
    #[command(flatten)]
    pub(super) output: Output,
}

impl Ingest {
    /// Runs the load.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        if self.connections == 0 || self.batch == 0 || self.contacts == 0 {
            bail!("connections, batch and contacts must be at least 1");
        }
        let mut builder = if self.threads > 1 {
            let mut builder = tokio::runtime::Builder::new_multi_thread();
            builder.worker_threads(self.threads);
            builder
        } else {
            tokio::runtime::Builder::new_current_thread()
        };
        let runtime = builder.enable_all().build()?;
        runtime.block_on(self.measure())
    }

    async fn measure(self) -> anyhow::Result<ExitCode> {
        let link = self.hub.connect(self.sockets > 0).await?;
        let report = self.load(&link).await?;
        let title = if self.rate > 0.0 {
            format!("Ingest at {} webhooks/s", self.rate)
        } else {
            format!("Ingest, {} connections", self.connections)
        };
        self.output.finish(&title, &report)
    }

    async fn load(&self, link: &Link) -> anyhow::Result<Value> {
        let marker = Marker::new(fresh_run()?);
        let schedule = Schedule {
            rate: (self.rate > 0.0).then_some(self.rate),
            ramp: self.ramp,
            duration: self.duration,
        };
        let most = schedule.most().saturating_mul(self.batch);
        let plan = Arc::new(Plan {
            target: link.target.clone(),
            marker: marker.clone(),
            schedule,
            connections: self.connections,
            contacts: self.contacts,
            batch: self.batch,
            repeat_every: self.repeat_every,
            patience: Duration::from_secs(30),
        });
        let (end, end_seen) = watch::channel(false);
        let progress = Arc::new(AtomicU64::new(0));
        let empty = link.pid.and_then(report::resident_mib);
        // The clock of the board starts when everybody is connected, so watchers get theirs first.
        let (mut watchers, board) = self
            .watch(&link.hub, &marker, most, &progress, &end_seen)
            .await?;
        let before = Usage::of(link);
        let posted = post_all(&plan, &board).await?;
        let elapsed = board.start().elapsed();
        let after = Usage::of(link);
        if self.sockets > 0 {
            drain(&progress, board.acked_count() * self.sockets as u64).await;
        }
        end.send_replace(true);
        let mut watched = Vec::new();
        while let Some(result) = watchers.join_next().await {
            watched.push(result?);
        }
        let mut report = self.report(&board, &posted, &watched, elapsed, before, after);
        // With few sockets the difference is noise.
        if let (true, Some(empty), Some(full)) = (self.sockets >= MANY, empty, before.hub_mib) {
            report["idle_socket_kib"] =
                json!(report::round((full - empty) * 1024.0 / self.sockets as f64));
        }
        Ok(report)
    }

    async fn watch(
        &self,
        hub: &Hub,
        marker: &Marker,
        most: u64,
        progress: &Arc<AtomicU64>,
        end: &watch::Receiver<bool>,
    ) -> anyhow::Result<(JoinSet<Watched>, Arc<Board>)> {
        let board = Arc::new(Board::new(most));
        let mut watchers = JoinSet::new();
        let (ready, mut wait) = mpsc::channel(self.sockets.max(1));
        for number in 0..self.sockets {
            // Some at a time: a hub that is asked for thousands at once refuses some, as it should.
            if number >= OPENING {
                opened(&mut wait).await?;
            }
            let watch = Watch {
                url: hub.socket_url(),
                token: hub.token().unwrap_or_default().to_owned(),
                marker: marker.clone(),
                measured_from: self.ramp,
                contacts: self.contacts,
                most,
                persistent: true,
            };
            watchers.spawn(socket::run(
                watch,
                Arc::clone(&board),
                ready.clone(),
                Arc::clone(progress),
                end.clone(),
            ));
        }
        drop(ready);
        for _ in 0..self.sockets.min(OPENING) {
            opened(&mut wait).await?;
        }
        board.begin();
        Ok((watchers, board))
    }

    fn report(
        &self,
        board: &Board,
        posted: &Posted,
        watched: &[Watched],
        elapsed: Duration,
        before: Usage,
        after: Usage,
    ) -> Value {
        let mut push = report::histogram();
        for one in watched {
            // All have the same bounds, so adding can't fail.
            let _ = push.add(&one.push);
        }
        let sum = |pick: fn(&Watched) -> u64| watched.iter().map(pick).sum::<u64>();
        let (lost, doubled) = (sum(|w| w.verdict.lost), sum(|w| w.verdict.doubled));
        let holes = sum(|w| w.verdict.seq_holes + w.verdict.seq_repeats);
        let ended = watched.iter().filter(|w| w.ended.is_some()).count();
        let measured = self.duration.as_secs_f64();
        let acked = board.acked_count();
        let used = |from: Option<f64>, to: Option<f64>| from.zip(to).map(|(from, to)| to - from);
        let cpus = |used: Option<f64>| used.map(|s| report::round(s / elapsed.as_secs_f64()));
        let hub_cpu = used(before.hub_cpu, after.hub_cpu);
        let database_cpu = used(before.database_cpu, after.database_cpu);
        let per = |cpu: Option<f64>, count: u64, unit: f64| {
            cpu.filter(|_| count > 0)
                .map(|cpu| report::round(cpu * unit / count as f64))
        };
        let events = sum(|w| w.verdict.events);
        json!({
            "ok": lost == 0 && doubled == 0 && holes == 0 && ended == 0 && posted.unanswered == 0,
            "loop": if self.rate > 0.0 { "open" } else { "closed" },
            "rate_wanted": self.rate,
            "rate_measured": report::round(posted.ack.len() as f64 * self.batch as f64 / measured),
            "connections": self.connections,
            "batch": self.batch,
            "seconds": report::round(elapsed.as_secs_f64()),
            "webhooks": posted.webhooks,
            "messages_acked": acked,
            "repeated": posted.repeated,
            "not_200": posted.refused.iter().map(|(s, n)| (s.to_string(), *n)).collect::<std::collections::BTreeMap<_, _>>(),
            "broken": posted.broken,
            "unanswered": posted.unanswered,
            "ack_ms": report::percentiles(&posted.ack),
            "push_ms": report::percentiles(&push),
            "generator_late_ms": report::percentiles(&posted.late),
            "lost": (self.sockets > 0).then_some(lost),
            "doubled": (self.sockets > 0).then_some(doubled),
            "out_of_order": sum(|w| w.verdict.out_of_order),
            "seq_holes": holes,
            "reloads": sum(|w| w.reloads),
            // A socket that falls behind is cut and resumes; nothing is lost by it, but it should not happen.
            "socket_reconnects": sum(|w| w.reconnects),
            "sockets": self.sockets,
            "sockets_ended": watched.iter().filter_map(|w| w.ended.clone()).collect::<Vec<_>>(),
            "events_seen": events,
            "generator_cpus": cpus(used(before.own_cpu, after.own_cpu)),
            "hub_cpus": cpus(hub_cpu),
            "database_cpus": cpus(database_cpu),
            "hub_cpu_s_per_1000": per(hub_cpu, acked, 1e3),
            "database_cpu_s_per_1000": per(database_cpu, acked, 1e3),
            "hub_cpu_s_per_million_events": per(hub_cpu, events, 1e6),
            "acked_by_second": posted.by_second.iter().map(|s| s.acked).collect::<Vec<_>>(),
            "slowest_ack_ms_by_second": posted.by_second.iter().map(|s| s.slowest as f64 / 1e3).collect::<Vec<_>>(),
            "hub_mib_before": before.hub_mib,
            "hub_mib_after": after.hub_mib,
        })
    }
}

#[derive(Clone, Copy)]
struct Usage {
    own_cpu: Option<f64>,
    hub_cpu: Option<f64>,
    database_cpu: Option<f64>,
    hub_mib: Option<f64>,
}

impl Usage {
    fn of(link: &Link) -> Self {
        let pid = link.pid;
        Self {
            own_cpu: report::own_cpu_seconds(),
            hub_cpu: pid.and_then(|pid| report::cpu_seconds(&pid.to_string())),
            // The databases of this machine are the hub's when the hub runs here.
            database_cpu: pid.map(|_| report::database_cpu_seconds()),
            hub_mib: pid.and_then(report::resident_mib),
        }
    }
}

/// Waits for the next socket to be ready.
async fn opened(wait: &mut mpsc::Receiver<anyhow::Result<()>>) -> anyhow::Result<()> {
    wait.recv()
        .await
        .context("a socket ended before it was ready")?
}

/// Runs all connections and adds up what they saw.
pub async fn post_all(plan: &Arc<Plan>, board: &Arc<Board>) -> anyhow::Result<Posted> {
    let mut posters = JoinSet::new();
    for connection in 0..plan.connections {
        posters.spawn(post::run(Arc::clone(plan), Arc::clone(board), connection));
    }
    let mut all: Option<Posted> = None;
    while let Some(result) = posters.join_next().await {
        let posted = result?.context("the app secret can't be a key")?;
        match &mut all {
            Some(all) => all.add(&posted),
            None => all = Some(posted),
        }
    }
    all.context("no connection ran")
}

/// Waits until the sockets have seen everything or see nothing new.
pub async fn drain(progress: &AtomicU64, expected: u64) {
    let begin = Instant::now();
    let (mut last, mut since) = (0, Instant::now());
    while begin.elapsed() < DRAIN {
        let seen = progress.load(Ordering::Relaxed);
        if seen >= expected {
            // A doubled message would come now.
            tokio::time::sleep(Duration::from_millis(300)).await;
            return;
        }
        if seen != last {
            (last, since) = (seen, Instant::now());
        } else if since.elapsed() > QUIET {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A number for the ids of this run.
pub fn fresh_run() -> anyhow::Result<u32> {
    let mut bytes = [0_u8; 4];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
    Ok(u32::from_be_bytes(bytes))
}
