//! The recorder of metrics: one per process, rendered by the edge. And who looks at what does not count itself:
//! queues, pools, actors in memory, and the few figures that only the database knows.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use actors::figure;
use actors::hub::Hub;
use actors::model::session::HealthState;
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use anyhow::anyhow;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::time::{Interval, MissedTickBehavior};

use crate::http::state::Probe;
use crate::store::Store;

/// From half a millisecond to ten seconds.
const SECONDS: &[f64] = &[
    0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];
/// From ten milliseconds to a day.
const AGES: &[f64] = &[
    0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 1800.0, 7200.0, 86400.0,
];
const SIZES: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];

/// How often this process is looked at.
const LOOK: Duration = Duration::from_secs(2);
/// How often the database is asked, and how long it may take to answer.
const ASK: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_secs(5);

/// The recorder of this process, installed on first use.
pub fn recorder() -> anyhow::Result<PrometheusHandle> {
    // Two nodes in one process (tests) share the first's.
    static INSTALLED: Mutex<Option<PrometheusHandle>> = Mutex::new(None);
    let mut installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(handle) = &*installed {
        return Ok(handle.clone());
    }
    let recorder = PrometheusBuilder::new()
        // The whole name goes before its end.
        .set_buckets_for_metric(Matcher::Full(figure::JOB_AGE_SECONDS.to_owned()), AGES)?
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS)?
        .set_buckets_for_metric(Matcher::Suffix("_size".to_owned()), SIZES)?
        .build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder)
        .map_err(|_| anyhow!("another recorder of metrics is installed"))?;
    figure::introduce();
    let now = Timestamp::now().millis() as f64 / 1000.0;
    metrics::gauge!(figure::PROCESS_START_TIME_SECONDS).set(now);
    *installed = Some(handle.clone());
    Ok(handle)
}

/// Looks at what does not count itself.
pub struct Watch {
    pub store: Store,
    pub hub: Hub,
    /// Whether Redis answers; None when there is none.
    pub redis: Option<Probe>,
    pub figures: PrometheusHandle,
}

impl Watch {
    /// Goes on until it is aborted.
    pub async fn run(self) {
        // Apart from each other: a database that hangs must not hide how much waits for it.
        tokio::join!(self.look(), self.ask());
    }

    async fn look(&self) {
        let mut ticks = every(LOOK);
        loop {
            ticks.tick().await;
            // Samples that nobody asks for must not pile up.
            self.figures.run_upkeep();
            self.look_once();
        }
    }

    fn look_once(&self) {
        metrics::gauge!(figure::GROUP_COMMIT_WAITING).set(self.store.commits_waiting() as f64);
        metrics::gauge!(figure::CONVERSATIONS_IN_MEMORY).set(self.hub.conversations() as f64);
        metrics::gauge!(figure::LINES_IN_MEMORY).set(self.hub.lines() as f64);
        metrics::gauge!(figure::NUMBERS_IN_MEMORY).set(self.hub.sessions() as f64);
        for pool in self.store.pools() {
            let name = pool.name;
            metrics::gauge!(figure::DB_CONNECTIONS, "pool" => name, "state" => "busy")
                .set(pool.busy as f64);
            metrics::gauge!(figure::DB_CONNECTIONS, "pool" => name, "state" => "idle")
                .set(pool.idle as f64);
            metrics::gauge!(figure::DB_WAITING, "pool" => name).set(pool.waiting as f64);
        }
        if let Some(redis) = &self.redis {
            metrics::gauge!(figure::BUS_CONNECTED).set(yes(redis()));
        }
    }

    async fn ask(&self) {
        let mut ticks = every(ASK);
        loop {
            ticks.tick().await;
            let asked = tokio::time::timeout(PATIENCE, self.ask_once()).await;
            metrics::gauge!(figure::DB_REACHABLE).set(yes(matches!(asked, Ok(Ok(())))));
        }
    }

    async fn ask_once(&self) -> Result<(), StoreError> {
        let unscoped = self.store.unscoped();
        let due = unscoped.count_due_jobs(Timestamp::now()).await?;
        metrics::gauge!(figure::JOBS_DUE).set(due as f64);
        let counted = unscoped.count_numbers().await?;
        // A health that no number has any more is told as well.
        for health in HealthState::ALL {
            let name = health.as_str();
            let found = counted.iter().find(|(state, _)| state == name);
            let count = found.map_or(0, |(_, count)| *count);
            metrics::gauge!(figure::NUMBERS, "health" => name).set(count as f64);
        }
        Ok(())
    }
}

fn every(pause: Duration) -> Interval {
    let mut ticks = tokio::time::interval(pause);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    ticks
}

fn yes(is_so: bool) -> f64 {
    f64::from(u8::from(is_so))
}
