//! Messages go out: sends through the API at a pace, from the 202 to the provider and back to the sockets.

mod sender;

use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::board::Board;
use super::crew::Crew;
use super::crowd::Crowd;
use super::echo::{Echoes, Step};
use super::link::Link;
use super::marker::{Marker, fresh_run};
use super::opening::open_windows;
use super::receipt::Receipts;
use super::report::{percentiles, round};
use super::schedule::Schedule;
use super::shard::Shard;
use super::socket::Watch;
use super::usage::{Done, Usage};

use sender::{Plan, Sent, send};

/// How often the ledger is read.
const READ: Duration = Duration::from_millis(250);
/// What does not come within this time after the last change does not come any more.
const QUIET: Duration = Duration::from_secs(5);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// What is sent in a run.
#[derive(Clone, Debug)]
pub struct Outflow {
    pub schedule: Schedule,
    /// Keep-alive connections that send.
    pub connections: usize,
    /// Recipients, those of the other shards included: the same people as the customers of an inflow.
    pub contacts: u32,
    /// Share of template messages; the others are texts, whose recipients must have written before.
    pub templates: f64,
    pub template: Template,
    /// Let each recipient write once before the clock starts, so that texts are allowed.
    pub open_windows: bool,
    pub seed: u64,
    pub shard: Shard,
}

/// A template as a send names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pub name: String,
    pub language: String,
    /// In its body; the first one gets the message's mark.
    pub variables: usize,
}

impl FromStr for Template {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split(':').collect();
        match parts.as_slice() {
            [name, language, variables] if !name.is_empty() && !language.is_empty() => Ok(Self {
                name: (*name).to_owned(),
                language: (*language).to_owned(),
                variables: variables
                    .parse()
                    .ok()
                    .filter(|variables| *variables > 0)
                    .ok_or(
                        "a template needs a variable, for the mark by which its messages are known",
                    )?,
            }),
            _ => {
                Err("write name, language and number of variables: order_ready:en_US:2".to_owned())
            }
        }
    }
}

impl Outflow {
    /// Runs it and reports.
    pub async fn run(&self, link: &Link) -> anyhow::Result<Value> {
        let most = self.schedule.most();
        let plan = Arc::new(self.plan(link, most)?);
        if self.open_windows && self.templates < 1.0 {
            open_windows(link, &plan.crowd, self.shard).await?;
        }
        let echoes = Arc::new(Echoes::new(Arc::clone(&plan.due), most));
        let watch = Watch {
            echoes: Some(Arc::clone(&echoes)),
            ..Watch::of(&link.hub, plan.marker.clone(), 0, 0)
        };
        let crew = Crew::open(1, &watch, &plan.due).await?;
        let mut receipts = self.receipts(link, &plan, most).await?;
        plan.due.begin();
        plan.taken.begin();
        if let Some(receipts) = &mut receipts {
            receipts.begin();
        }
        let before = Usage::of(link);
        let (end, end_seen) = watch::channel(false);
        let reading = tokio::spawn(keep_reading(receipts, end_seen));
        let sent = send_all(&plan).await?;
        let seconds = plan.due.start().elapsed().as_secs_f64();
        let after = Usage::of(link);
        let accepted = plan.due.acked_count();
        resolved(&echoes, accepted).await;
        end.send_replace(true);
        let receipts = reading.await??;
        let watched = crew.close().await?;
        let holes: u64 = watched.iter().map(|one| one.verdict.seq_holes).sum();
        let mut report = self.report(&sent, accepted, &echoes, receipts.as_ref());
        report["seconds"] = json!(round(seconds));
        report["seq_holes"] = json!(holes);
        let events = watched.iter().map(|one| one.verdict.events).sum();
        after.add_to(&mut report, before, seconds, Done::of(accepted, events));
        Ok(report)
    }

    fn plan(&self, link: &Link, most: u64) -> anyhow::Result<Plan> {
        let seed = self.shard.seed(self.seed);
        Ok(Plan {
            outflow: Self {
                seed,
                ..self.clone()
            },
            authority: link.hub.authority()?,
            token: link.hub.token().unwrap_or_default().to_owned(),
            session: link.session.clone(),
            marker: Marker::new(self.shard.run(fresh_run()?)),
            crowd: Crowd::new(self.contacts, 0.0, seed, self.shard)?,
            due: Arc::new(Board::new(most)),
            taken: Arc::new(Board::new(most)),
        })
    }

    async fn receipts(
        &self,
        link: &Link,
        plan: &Plan,
        most: u64,
    ) -> anyhow::Result<Option<Receipts>> {
        let Some(simulator) = &link.simulator else {
            return Ok(None);
        };
        let (due, taken) = (Arc::clone(&plan.due), Arc::clone(&plan.taken));
        Receipts::open(simulator, plan.marker.clone(), due, taken, most)
            .await
            .map(Some)
    }

    fn report(
        &self,
        sent: &Sent,
        accepted: u64,
        echoes: &Echoes,
        receipts: Option<&Receipts>,
    ) -> Value {
        let missing = receipts.map(|receipts| accepted.saturating_sub(receipts.at_provider()));
        let doubled = receipts.map_or(0, Receipts::doubled);
        let unresolved =
            accepted.saturating_sub(echoes.count(Step::Sent) + echoes.count(Step::Failed));
        let is_good =
            sent.given_up == 0 && missing.unwrap_or(0) == 0 && doubled == 0 && unresolved == 0;
        let mut report = json!({
            "ok": is_good,
            "rate_wanted": self.schedule.rate(),
            "rate_measured": round(sent.accepted.len() as f64 / self.schedule.duration.as_secs_f64()),
            "connections": self.connections,
            "contacts": self.contacts,
            "templates": self.templates,
            "seed": self.seed,
            "shard": self.shard.to_string(),
            "sends": sent.count,
            "sends_accepted": accepted,
            "retries": sent.retries,
            "not_202": sent.refused,
            "given_up": sent.given_up,
            "accepted_ms": percentiles(&sent.accepted),
            "generator_late_ms": percentiles(&sent.late),
            "missing_at_provider": missing,
            // Neither sent nor failed: nobody knows what became of them.
            "unresolved": unresolved,
        });
        if let Some(receipts) = receipts {
            receipts.add_to(&mut report);
        }
        echoes.add_to(&mut report);
        report
    }
}

/// Reads the ledger until the end, and once more.
async fn keep_reading(
    receipts: Option<Receipts>,
    mut end: watch::Receiver<bool>,
) -> anyhow::Result<Option<Receipts>> {
    let Some(mut receipts) = receipts else {
        return Ok(None);
    };
    loop {
        let is_over = tokio::time::timeout(READ, end.wait_for(|end| *end))
            .await
            .is_ok();
        receipts.read().await?;
        if is_over {
            return Ok(Some(receipts));
        }
    }
}

/// Waits until every message was read or failed, or nothing changes any more.
async fn resolved(echoes: &Echoes, accepted: u64) {
    let (mut last, mut since) = ((0, 0), Instant::now());
    while since.elapsed() < QUIET {
        let now = (
            echoes.count(Step::Read) + echoes.count(Step::Failed),
            echoes.count(Step::Sent),
        );
        if now.0 >= accepted {
            return;
        }
        if now != last {
            (last, since) = (now, Instant::now());
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

async fn send_all(plan: &Arc<Plan>) -> anyhow::Result<Sent> {
    let mut senders = JoinSet::new();
    for connection in 0..plan.outflow.connections {
        senders.spawn(send(Arc::clone(plan), connection));
    }
    let mut all = Sent::new();
    while let Some(sent) = senders.join_next().await {
        all.add(&sent?);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_named_with_its_language_and_variables() {
        let template: Template = "order_ready:en_US:2".parse().unwrap();
        assert_eq!(
            (template.name.as_str(), template.variables),
            ("order_ready", 2)
        );
        for wrong in ["order_ready", "a:b", "a:b:0", ":b:1", "a:b:x"] {
            assert!(wrong.parse::<Template>().is_err(), "{wrong}");
        }
    }
}
