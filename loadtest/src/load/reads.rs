//! What agents look at, over and over: the inbox by its filters, threads, searches, contacts; each as a request that
//! is due at its time.

mod known;
mod reader;
mod wish;

use std::sync::Arc;

use anyhow::Context;
use serde_json::{Map, Value, json};
use tokio::task::JoinSet;

use super::board::Board;
use super::link::Link;
use super::report::{percentiles, round};
use super::schedule::Schedule;
use super::shard::Shard;
use super::usage::{Done, Usage};

use known::Known;
use reader::{Plan, Reader, Seen, read};
use wish::Kind;

/// What is read in a run.
#[derive(Clone, Debug)]
pub struct Reads {
    pub schedule: Schedule,
    /// Keep-alive connections that ask.
    pub connections: usize,
    /// Who asks, one after the other and then from the first again; without any the link's own token.
    pub accounts: Vec<(String, String)>,
    pub seed: u64,
    pub shard: Shard,
}

impl Reads {
    /// Runs it and reports.
    pub async fn run(&self, link: &Link) -> anyhow::Result<Value> {
        let readers = self.readers(link).await?;
        let known = Known::ask(&link.hub).await?;
        let plan = Arc::new(Plan {
            authority: link.hub.authority()?,
            readers,
            kinds: known.kinds(),
            known,
            schedule: self.schedule.clone(),
            seed: self.shard.seed(self.seed),
            due: Board::new(self.schedule.most()),
        });
        plan.due.begin();
        let before = Usage::of(link);
        let seen = self.read_all(&plan).await?;
        let seconds = plan.due.start().elapsed().as_secs_f64();
        let mut report = self.report(&plan, &seen);
        report["seconds"] = json!(round(seconds));
        Usage::of(link).add_to(&mut report, before, seconds, Done::of(seen.asked, 0));
        Ok(report)
    }

    async fn readers(&self, link: &Link) -> anyhow::Result<Vec<Reader>> {
        let mut hubs = Vec::new();
        for (email, password) in &self.accounts {
            hubs.push(link.hub.clone().log_in(email, password).await?);
        }
        if hubs.is_empty() {
            hubs.push(link.hub.clone());
        }
        let mut readers = Vec::new();
        for hub in &hubs {
            readers.push(Reader {
                token: hub.token().context("lists need a token")?.to_owned(),
                is_user: hub.me().await?.is_some(),
            });
        }
        Ok(readers)
    }

    async fn read_all(&self, plan: &Arc<Plan>) -> anyhow::Result<Seen> {
        let mut readers = JoinSet::new();
        for _ in 0..self.connections {
            readers.spawn(read(Arc::clone(plan)));
        }
        let mut all = Seen::new();
        while let Some(seen) = readers.join_next().await {
            all.add(&seen?);
        }
        Ok(all)
    }

    fn report(&self, plan: &Plan, seen: &Seen) -> Value {
        let left_out: Vec<&str> = Kind::ALL
            .iter()
            .filter(|kind| !plan.kinds.contains(kind))
            .map(|kind| kind.name())
            .collect();
        let measured = seen.all.len() as f64 / self.schedule.duration.as_secs_f64();
        let mut kinds = Map::new();
        for (kind, times) in &seen.kinds {
            kinds.insert(format!("{}_ms", kind.name()), percentiles(times));
        }
        json!({
            "ok": seen.failures == 0 && seen.asked > 0,
            "rate_wanted": self.schedule.rate(),
            "rate_measured": round(measured),
            "connections": self.connections,
            "readers": plan.readers.len(),
            "seed": self.seed,
            "shard": self.shard.to_string(),
            "reads": seen.asked,
            "failures": seen.failures,
            "not_200": seen.refused,
            // The hub has nothing to ask them of.
            "left_out": left_out.join(" "),
            "all_ms": percentiles(&seen.all),
            "generator_late_ms": percentiles(&seen.late),
            "kinds": kinds,
        })
    }
}
