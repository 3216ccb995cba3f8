//! `loadtest slow-reader`.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use clap::Args;
use hdrhistogram::Histogram;
use serde_json::json;

use super::duration;
use super::output::Output;
use super::scenario::Needs;
use super::target::HubFlags;
use crate::drill::slow::Slow;
use crate::load::board::Board;
use crate::load::body::Target;
use crate::load::crew::Crew;
use crate::load::crowd::Crowd;
use crate::load::hub::Hub;
use crate::load::inflow::post_all;
use crate::load::marker::{Marker, fresh_run};
use crate::load::post::{Plan, Retry};
use crate::load::report;
use crate::load::schedule::{Pace, Schedule};
use crate::load::script::Script;
use crate::load::socket::{Watch, Watched};

/// Customers that write.
const CONTACTS: u32 = 200;

/// Opens a socket that reads nothing while events pass, and reports after how long the hub cuts it.
///
/// Each round runs two equal loads one after the other, the first without and the second with a slow socket; the
/// others' push latency over all rounds is compared, so that a stall of the machine weighs less than the socket. The
/// cut is seen in the kernel's table of connections, so the hub must run on this machine. Exit code 1 when a socket is
/// not cut in time or somebody else lost something.
#[derive(Debug, Args)]
pub struct SlowReader {
    #[command(flatten)]
    hub: HubFlags,
    /// Webhooks that pass in each load.
    #[arg(long, default_value_t = 5000)]
    events: u64,
    /// Pairs of loads.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// Webhooks per second.
    #[arg(long, default_value_t = 1000.0)]
    rate: f64,
    /// Sockets that read as they should.
    #[arg(long, default_value_t = 3)]
    others: usize,
    /// The slow socket must be cut within this time.
    #[arg(long, default_value = "10s", value_parser = duration)]
    limit: Duration,
    #[command(flatten)]
    output: Output,
}

/// What the others saw, over all rounds.
struct Seen {
    push: Histogram<u64>,
    lost: u64,
    doubled: u64,
    ended: usize,
}

impl Seen {
    fn none() -> Self {
        Self {
            push: report::histogram(),
            lost: 0,
            doubled: 0,
            ended: 0,
        }
    }

    fn of(watched: &[Watched]) -> Self {
        let mut seen = Self::none();
        for one in watched {
            // All have the same bounds, here and below, so adding can't fail.
            let _ = seen.push.add(&one.push);
            seen.lost += one.verdict.lost;
            seen.doubled += one.verdict.doubled;
            seen.ended += usize::from(one.ended.is_some());
        }
        seen
    }

    fn join(&mut self, other: &Self) {
        let _ = self.push.add(&other.push);
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.ended += other.ended;
    }

    fn p99_ms(&self) -> f64 {
        self.push.value_at_quantile(0.99) as f64 / 1000.0
    }
}

fn change_percent(without: f64, with: f64) -> f64 {
    report::round((with / without.max(0.001) - 1.0) * 100.0)
}

impl SlowReader {
    /// Runs both loads.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?
            .block_on(self.compare())
    }

    async fn compare(self) -> anyhow::Result<ExitCode> {
        if self.rate <= 0.0 || self.others == 0 {
            bail!("rate and others must be above 0");
        }
        let link = self.hub.connect(Needs::TOKEN).await?;
        let (hub, target, pid) = (&link.hub, &link.target, link.pid);
        // The first load of all also warms the hub up; it is not counted.
        self.load(hub, target).await?;
        let memory_before = pid.and_then(report::resident_mib);
        let (mut without, mut with) = (Seen::none(), Seen::none());
        let (mut cuts, mut changes, mut peaks) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..self.rounds {
            let plain = self.load(hub, target).await?;
            let slow = Slow::connect(hub).await?;
            let watching = tokio::spawn(slow.wait_for_the_cut(self.limit, pid));
            let beside = self.load(hub, target).await?;
            let cut = watching.await?;
            changes.push(change_percent(plain.p99_ms(), beside.p99_ms()));
            cuts.push(cut.after);
            peaks.extend(cut.peak_mib);
            without.join(&plain);
            with.join(&beside);
        }
        let latest = if cuts.contains(&None) {
            None
        } else {
            cuts.into_iter().flatten().max()
        };
        let in_time = latest.is_some_and(|after| after <= self.limit);
        let report = json!({
            "ok": in_time && with.lost == 0 && with.doubled == 0 && with.ended == 0,
            "events": self.events,
            "rounds": self.rounds,
            "rate": self.rate,
            "cut_after_s": latest.map(|after| report::round(after.as_secs_f64())),
            "limit_s": self.limit.as_secs_f64(),
            "others_push_ms_without": report::percentiles(&without.push),
            "others_push_ms_with": report::percentiles(&with.push),
            "others_p99_change_percent": change_percent(without.p99_ms(), with.p99_ms()),
            "others_p99_change_percent_by_round": changes,
            "others_lost": with.lost,
            "others_doubled": with.doubled,
            "others_ended": with.ended,
            "hub_mib_before": memory_before,
            "hub_mib_peak": peaks.into_iter().reduce(f64::max),
            "hub_mib_after": pid.and_then(report::resident_mib),
        });
        self.output.finish("Slow reader", &report)
    }

    async fn load(&self, hub: &Hub, target: &Target) -> anyhow::Result<Seen> {
        let marker = Marker::new(fresh_run()?);
        let plan = Arc::new(Plan {
            target: target.clone(),
            marker: marker.clone(),
            schedule: Schedule {
                pace: Pace::Rate(self.rate),
                ramp: Duration::ZERO,
                duration: Duration::from_secs_f64(self.events as f64 / self.rate),
            },
            connections: 16,
            crowd: Crowd::even(CONTACTS),
            script: Script::plain(),
            batch: 1,
            repeat_every: 0,
            history: None,
            retry: Retry::default(),
        });
        let board = Arc::new(Board::new(plan.schedule.most()));
        let watch = Watch {
            persistent: false,
            ..Watch::of(hub, marker, CONTACTS, plan.schedule.most())
        };
        let crew = Crew::open(self.others, &watch, &board).await?;
        board.begin();
        post_all(&plan, &board).await?;
        crew.drained(board.acked_count()).await;
        let watched = crew.close().await?;
        Ok(Seen::of(&watched))
    }
}
