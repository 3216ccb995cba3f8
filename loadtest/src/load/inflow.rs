//! Customers write: signed webhooks at a pace, watched at the hub's sockets.

mod figures;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::board::Board;
use super::crew::Crew;
use super::crowd::Crowd;
use super::link::Link;
use super::marker::{Marker, fresh_run};
use super::post::{self, Plan, Posted, Retry};
use super::profile::Profile;
use super::report;
use super::schedule::Schedule;
use super::script::Script;
use super::shard::Shard;
use super::size::Size;
use super::socket::Watch;
use super::usage::{Done, Usage};

/// So many sockets show in the hub's memory.
const MANY: usize = 100;

/// What customers do in a run.
#[derive(Clone, Debug)]
pub struct Inflow {
    pub schedule: Schedule,
    /// Keep-alive connections that post.
    pub connections: usize,
    /// Customers, those of the other shards included.
    pub contacts: u32,
    /// The exponent of Zipf's law; 0 is evenly.
    pub zipf: f64,
    pub profile: Profile,
    /// Bytes of a text; None is always the same sentence.
    pub size: Option<Size>,
    pub seed: u64,
    pub shard: Shard,
    /// Sockets that watch everything.
    pub sockets: usize,
    /// Messages in one webhook.
    pub batch: u64,
    /// Every n-th webhook is posted a second time; 0 never.
    pub repeat_every: u64,
    pub retry: Retry,
}

impl Inflow {
    /// Runs it and reports.
    pub async fn run(&self, link: &Link) -> anyhow::Result<Value> {
        let plan = Arc::new(self.plan(link)?);
        let most = plan.schedule.most().saturating_mul(self.batch);
        let board = Arc::new(Board::new(most));
        let empty = link.pid.and_then(report::resident_mib);
        let crew = Crew::open(self.sockets, &self.watch(link, &plan, most), &board).await?;
        // The clock starts when everybody is connected.
        board.begin();
        let before = Usage::of(link);
        let posted = post_all(&plan, &board).await?;
        let elapsed = board.start().elapsed();
        let after = Usage::of(link);
        let acked = board.acked_count();
        crew.drained(acked).await;
        let watched = crew.close().await?;
        let mut report = figures::figures(self, acked, &posted, &watched);
        report["seconds"] = json!(report::round(elapsed.as_secs_f64()));
        let done = Done {
            messages: acked,
            events: watched.iter().map(|one| one.verdict.events).sum(),
            frames: watched.iter().map(|one| one.frames).sum(),
        };
        after.add_to(&mut report, before, elapsed.as_secs_f64(), done);
        // With few sockets the difference is noise.
        if let (true, Some(empty), Some(full)) = (self.sockets >= MANY, empty, before.hub_mib) {
            report["idle_socket_kib"] =
                json!(report::round((full - empty) * 1024.0 / self.sockets as f64));
        }
        Ok(report)
    }

    fn plan(&self, link: &Link) -> anyhow::Result<Plan> {
        let seed = self.shard.seed(self.seed);
        let files = link.files.clone();
        Ok(Plan {
            target: link.target.clone(),
            marker: Marker::new(self.shard.run(fresh_run()?)),
            schedule: self.schedule.clone(),
            connections: self.connections,
            crowd: Crowd::new(self.contacts, self.zipf, seed, self.shard)?,
            script: Script::new(self.profile.clone(), self.size, seed, files, self.contacts),
            batch: self.batch,
            repeat_every: self.repeat_every,
            history: None,
            retry: self.retry,
        })
    }

    fn watch(&self, link: &Link, plan: &Plan, most: u64) -> Watch {
        Watch {
            measured_from: self.schedule.ramp,
            ..Watch::of(&link.hub, plan.marker.clone(), self.contacts, most)
        }
    }

    /// What it is called.
    pub fn title(&self) -> String {
        match self.schedule.rate() {
            Some(rate) => format!("Ingest at {rate} webhooks/s"),
            None => format!("Ingest, {} connections", self.connections),
        }
    }

    /// The measured time.
    const fn measured(&self) -> Duration {
        self.schedule.duration
    }
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
