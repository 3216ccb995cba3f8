//! `loadtest slow-reader`.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use clap::Args;
use serde_json::{Value, json};

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
/// Two equal loads run one after the other, the first without and the second with the slow socket; the others'
/// push latency is compared. The cut is seen in the kernel's table of connections, so the hub must run on this
/// machine. Exit code 1 when the socket is not cut in time or somebody else lost something.
#[derive(Debug, Args)]
pub struct SlowReader {
    #[command(flatten)]
    hub: HubFlags,
    /// Webhooks that pass in each load.
    #[arg(long, default_value_t = 5000)]
    events: u64,
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

struct Load {
    p99_ms: f64,
    push: Value,
    lost: u64,
    doubled: u64,
    ended: usize,
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
        let before = self.load(hub, target).await?;
        let memory_before = pid.and_then(report::resident_mib);
        let slow = Slow::connect(hub).await?;
        let watching = tokio::spawn(slow.wait_for_the_cut(self.limit, pid));
        let during = self.load(hub, target).await?;
        let cut = watching.await?;
        let in_time = cut.after.is_some_and(|after| after <= self.limit);
        let report = json!({
            "ok": in_time && during.lost == 0 && during.doubled == 0 && during.ended == 0,
            "events": self.events,
            "rate": self.rate,
            "cut_after_s": cut.after.map(|after| report::round(after.as_secs_f64())),
            "limit_s": self.limit.as_secs_f64(),
            "others_push_ms_without": before.push,
            "others_push_ms_with": during.push,
            "others_p99_change_percent": report::round((during.p99_ms / before.p99_ms.max(0.001) - 1.0) * 100.0),
            "others_lost": during.lost,
            "others_doubled": during.doubled,
            "others_ended": during.ended,
            "hub_mib_before": memory_before,
            "hub_mib_peak": cut.peak_mib,
            "hub_mib_after": pid.and_then(report::resident_mib),
        });
        self.output.finish("Slow reader", &report)
    }

    async fn load(&self, hub: &Hub, target: &Target) -> anyhow::Result<Load> {
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
        Ok(summary(&watched))
    }
}

fn summary(watched: &[Watched]) -> Load {
    let mut push = report::histogram();
    for one in watched {
        // All have the same bounds, so adding can't fail.
        let _ = push.add(&one.push);
    }
    Load {
        p99_ms: push.value_at_quantile(0.99) as f64 / 1000.0,
        push: report::percentiles(&push),
        lost: watched.iter().map(|w| w.verdict.lost).sum(),
        doubled: watched.iter().map(|w| w.verdict.doubled).sum(),
        ended: watched.iter().filter(|w| w.ended.is_some()).count(),
    }
}
