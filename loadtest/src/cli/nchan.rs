//! `loadtest nchan`.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Args;
use futures_util::StreamExt;
use hdrhistogram::Histogram;
use serde_json::json;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;

use super::duration;
use super::output::Output;
use crate::drill::nchan::Nchan;
use crate::load::board::Board;
use crate::load::marker::fresh_run;
use crate::load::post::record;
use crate::load::report::{self, percentiles, round};
use crate::load::schedule::{Pace, Schedule};
use crate::load::socket::{self, Socket};
use crate::load::wire::Wire;

/// Sockets that are opened at a time.
const OPENING: usize = 64;
/// Digits of the number that each message begins with.
const DIGITS: usize = 10;
/// What was published late is on its way for so long at most.
const DRAIN: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Tells many sockets of an nginx with nchan the same, as `fanout` does with a hub's.
///
/// Starts an nginx of its own with one worker and one channel (Debian: `nginx libnginx-mod-nchan`), publishes texts and
/// counts on every socket what came. `server_cpu_s_per_million` stands beside `hub_cpu_s_per_million_frames` of
/// `fanout`, `idle_socket_kib` beside its namesake, and `push_ms.max` with --batch tells how long a backlog takes. A
/// hub's frame is larger than a text of nchan's and holds all the events of a change.
///
/// loadtest nchan --sockets 5000 --rate 10 --batch 20
#[derive(Debug, Args)]
pub struct Beside {
    /// Sockets that hear everything.
    #[arg(long, default_value_t = 1000)]
    sockets: usize,
    /// Publications per second, each of `batch` messages.
    #[arg(long, default_value_t = 10.0)]
    rate: f64,
    /// Messages that are published at once: a backlog.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=1000))]
    batch: u64,
    /// Bytes of a message.
    #[arg(long, default_value_t = 300)]
    size: usize,
    /// Measured time.
    #[arg(long, default_value = "20s", value_parser = duration)]
    duration: Duration,
    #[command(flatten)]
    output: Output,
}

/// What one socket heard.
struct Heard {
    push: Histogram<u64>,
    messages: u64,
    /// Numbers that were not one more than the last.
    jumps: u64,
}

impl Beside {
    /// Runs it.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        anyhow::ensure!(self.rate > 0.0, "rate must be above 0");
        anyhow::ensure!(self.size > DIGITS, "size must be above {DIGITS}");
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?
            .block_on(self.measure())
    }

    async fn measure(self) -> anyhow::Result<ExitCode> {
        let folder = std::env::temp_dir().join(format!("loadtest-nchan-{:08x}", fresh_run()?));
        let server = Nchan::start(&folder, self.sockets).await?;
        let worker = server.worker().context("nginx has no worker")?;
        let pid = worker.parse()?;
        let empty = report::resident_mib(pid).unwrap_or(0.0);
        let schedule = Schedule {
            pace: Pace::of(self.rate),
            ramp: Duration::ZERO,
            duration: self.duration,
        };
        let board = Arc::new(Board::new(schedule.most() * self.batch));
        let seen = Arc::new(AtomicU64::new(0));
        let (end, ended) = watch::channel(false);
        let mut hearing = JoinSet::new();
        for socket in self.open(&server.socket_url()).await? {
            hearing.spawn(hear(
                socket,
                Arc::clone(&board),
                Arc::clone(&seen),
                ended.clone(),
            ));
        }
        let full = report::resident_mib(pid).unwrap_or(0.0);
        let before = report::cpu_seconds(&worker).unwrap_or(0.0);
        let published = self.publish(&server, &schedule, &board).await?;
        let due = published * self.sockets as u64;
        let given_up = Instant::now() + DRAIN;
        while seen.load(Ordering::Relaxed) < due && Instant::now() < given_up {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        let used = report::cpu_seconds(&worker).unwrap_or(0.0) - before;
        end.send_replace(true);
        let (mut push, mut messages, mut jumps) = (report::histogram(), 0, 0);
        while let Some(heard) = hearing.join_next().await {
            let heard = heard?;
            // All have the same bounds, so adding can't fail.
            let _ = push.add(&heard.push);
            messages += heard.messages;
            jumps += heard.jumps;
        }
        let report = json!({
            "ok": messages == due && jumps == 0,
            "sockets": self.sockets,
            "rate_wanted": self.rate,
            "batch": self.batch,
            "size": self.size,
            "published": published,
            "deliveries": messages,
            "missing": due.saturating_sub(messages),
            "jumps": jumps,
            "push_ms": percentiles(&push),
            "server_cpu_s": round(used),
            "server_cpu_s_per_million": round(used * 1e6 / messages.max(1) as f64),
            "idle_socket_kib": round((full - empty) * 1024.0 / self.sockets.max(1) as f64),
        });
        let title = format!("nchan to {} sockets", self.sockets);
        self.output.finish(&title, &report)
    }

    async fn open(&self, url: &str) -> anyhow::Result<Vec<Socket>> {
        let turns = Arc::new(Semaphore::new(OPENING));
        let mut opening = JoinSet::new();
        for _ in 0..self.sockets {
            let (turns, url) = (Arc::clone(&turns), url.to_owned());
            opening.spawn(async move {
                let _turn = turns.acquire().await?;
                socket::open(&url).await
            });
        }
        let mut open = Vec::with_capacity(self.sockets);
        while let Some(socket) = opening.join_next().await {
            open.push(socket??);
        }
        Ok(open)
    }

    /// Publishes at the pace; returns how many messages.
    async fn publish(
        &self,
        server: &Nchan,
        schedule: &Schedule,
        board: &Board,
    ) -> anyhow::Result<u64> {
        let mut wire = Wire::new(&server.authority());
        let filling = "x".repeat(self.size - DIGITS);
        let mut number = 0;
        for turn in 0.. {
            let Some(at) = schedule.due(turn) else { break };
            let due = board.start() + at;
            tokio::time::sleep_until(due.into()).await;
            for _ in 0..self.batch {
                board.set_due(number, due);
                let request = server.publication(&format!("{number:010}{filling}"));
                let status = wire.ask(&request).await?;
                anyhow::ensure!(matches!(status, 200..=202), "nchan answered {status}");
                number += 1;
            }
        }
        Ok(number)
    }
}

async fn hear(
    mut socket: Socket,
    board: Arc<Board>,
    seen: Arc<AtomicU64>,
    mut ended: watch::Receiver<bool>,
) -> Heard {
    let mut heard = Heard {
        push: report::histogram(),
        messages: 0,
        jumps: 0,
    };
    loop {
        let message = tokio::select! {
            message = socket.next() => message,
            _ = ended.wait_for(|ended| *ended) => return heard,
        };
        let arrived = Instant::now();
        let text = match message {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(_)) => continue,
            // What it misses from here on is counted.
            Some(Err(_)) | None => return heard,
        };
        let number = text.get(..DIGITS).and_then(|digits| digits.parse().ok());
        if number != Some(heard.messages + heard.jumps) {
            heard.jumps += 1;
        }
        heard.messages += 1;
        seen.fetch_add(1, Ordering::Relaxed);
        if let Some(due) = number.and_then(|number| board.due(number)) {
            let since_start = arrived.saturating_duration_since(board.start());
            record(&mut heard.push, since_start.saturating_sub(due));
        }
    }
}
