//! Messages go out: sends through the API at a pace, from the 202 to the provider and back to the sockets.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use rand::Rng;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::alarm;
use super::board::Board;
use super::chance::{Of, chance};
use super::crew::Crew;
use super::crowd::Crowd;
use super::echo::{Echoes, Step};
use super::link::Link;
use super::marker::{Marked, Marker, fresh_run};
use super::opening::open_windows;
use super::post::record;
use super::receipt::Receipts;
use super::report::{histogram, percentiles, round};
use super::rest::Rest;
use super::schedule::Schedule;
use super::shard::Shard;
use super::socket::Watch;
use super::usage::Usage;

/// How often the ledger is read.
const READ: Duration = Duration::from_millis(250);
/// What does not come within this time after the last change does not come any more.
const QUIET: Duration = Duration::from_secs(5);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// Pauses before a send is tried again, with the same key, that the hub could not take.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const TRIES: u32 = 6;

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

/// What all connections share.
struct Plan {
    outflow: Outflow,
    authority: String,
    token: String,
    session: String,
    marker: Marker,
    crowd: Crowd,
    due: Arc<Board>,
    taken: Arc<Board>,
}

/// What one connection saw.
struct Sent {
    accepted: Histogram<u64>,
    late: Histogram<u64>,
    count: u64,
    retries: u64,
    /// Answers other than 202, by status and code.
    refused: BTreeMap<String, u64>,
    given_up: u64,
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
        after.add_to(&mut report, before, seconds, accepted, events);
        Ok(report)
    }

    fn plan(&self, link: &Link, most: u64) -> anyhow::Result<Plan> {
        let seed = self.shard.seed(self.seed);
        Ok(Plan {
            outflow: self.clone(),
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

async fn send(plan: Arc<Plan>, connection: usize) -> Sent {
    let mut rest = Rest::new(&plan.authority, &plan.token);
    let mut lane = plan.crowd.lane(connection, plan.outflow.connections);
    let mut sent = Sent::new();
    let measured_from = plan.due.start() + plan.outflow.schedule.ramp;
    while let Some(number) = plan.due.take(1) {
        let Some(due) = plan.outflow.schedule.due(number) else {
            break;
        };
        let due = plan.due.start() + due;
        alarm::sleep_until(due).await;
        plan.due.set_due(number, due);
        let begin = Instant::now();
        let contact = lane.writer(number);
        sent.count += 1;
        if !sent
            .deliver(&plan, &mut rest, Marked { contact, number })
            .await
        {
            continue;
        }
        let now = Instant::now();
        plan.taken.set_due(number, now);
        plan.due.set_acked(number);
        if due >= measured_from {
            record(&mut sent.accepted, now - due);
            record(&mut sent.late, begin.saturating_duration_since(due));
        }
    }
    sent
}

impl Sent {
    fn new() -> Self {
        Self {
            accepted: histogram(),
            late: histogram(),
            count: 0,
            retries: 0,
            refused: BTreeMap::new(),
            given_up: 0,
        }
    }

    fn add(&mut self, other: &Self) {
        // Both have the same bounds, so adding can't fail.
        let _ = self.accepted.add(&other.accepted);
        let _ = self.late.add(&other.late);
        self.count += other.count;
        self.retries += other.retries;
        self.given_up += other.given_up;
        for (problem, count) in &other.refused {
            *self.refused.entry(problem.clone()).or_default() += count;
        }
    }

    /// Sends until the hub takes it or says no for good.
    async fn deliver(&mut self, plan: &Plan, rest: &mut Rest, marked: Marked) -> bool {
        let mut key = Vec::new();
        plan.marker.write(&mut key, marked);
        let key = String::from_utf8_lossy(&key).into_owned();
        let body = plan.body(marked, &key);
        let mut pause = FIRST_PAUSE;
        for _ in 0..TRIES {
            let answer = rest
                .ask("POST", "/api/v1/messages", Some(&key), &body)
                .await;
            let (problem, is_final) = match answer {
                Ok(answer) if answer.is_good() => return true,
                Ok(answer) => (
                    answer.problem(),
                    answer.status < 500 && answer.status != 429,
                ),
                Err(error) => (error.kind().to_string(), false),
            };
            *self.refused.entry(problem).or_default() += 1;
            if is_final {
                break;
            }
            self.retries += 1;
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        self.given_up += 1;
        false
    }
}

impl Plan {
    /// A message object with the recipient; its text carries the key, so that the provider's ledger shows it.
    fn body(&self, marked: Marked, key: &str) -> String {
        let mut chance = chance(self.outflow.seed, Of::Send, marked.number);
        let to = format!("+1999{:07}", marked.contact);
        let text = format!("Answer of a load, as long as agents write them on average. {key}");
        let session = &self.session;
        let message = if chance.random::<f64>() < self.outflow.templates {
            let Template {
                name,
                language,
                variables,
            } = &self.outflow.template;
            let parameters: Vec<Value> = std::iter::once(key)
                .chain(std::iter::repeat_n("load", variables - 1))
                .map(|text| json!({"type": "text", "text": text}))
                .collect();
            json!({"session_id": session, "to": to, "type": "template", "template": {
                "name": name, "language": {"code": language},
                "components": [{"type": "body", "parameters": parameters}]}})
        } else {
            json!({"session_id": session, "to": to, "type": "text", "text": {"body": text}})
        };
        message.to_string()
    }
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
