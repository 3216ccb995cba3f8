//! One connection that sends: what is due, at its time, until the hub takes it or says no for good.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use rand::Rng;
use serde_json::{Value, json};

use super::{Outflow, Template};
use crate::load::alarm;
use crate::load::board::Board;
use crate::load::chance::{Of, chance};
use crate::load::crowd::Crowd;
use crate::load::marker::{Marked, Marker};
use crate::load::post::record;
use crate::load::report::histogram;
use crate::load::rest::Rest;

/// Pauses before a send is tried again, with the same key, that the hub could not take.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const TRIES: u32 = 6;

/// What all connections share.
pub struct Plan {
    pub outflow: Outflow,
    pub authority: String,
    pub token: String,
    pub session: String,
    pub marker: Marker,
    pub crowd: Crowd,
    /// When each was due and whether it was accepted, and when that was.
    pub due: Arc<Board>,
    pub taken: Arc<Board>,
}

/// What one connection saw.
pub struct Sent {
    /// From the due time to the 202.
    pub accepted: Histogram<u64>,
    /// From the due time to the first byte sent: the generator's own lateness.
    pub late: Histogram<u64>,
    pub count: u64,
    pub retries: u64,
    /// Answers other than 202, by status and code.
    pub refused: BTreeMap<String, u64>,
    /// Messages that the hub did not take in the end.
    pub given_up: u64,
}

/// Sends what is due through one connection.
pub async fn send(plan: Arc<Plan>, connection: usize) -> Sent {
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
    /// Nothing yet.
    pub fn new() -> Self {
        Self {
            accepted: histogram(),
            late: histogram(),
            count: 0,
            retries: 0,
            refused: BTreeMap::new(),
            given_up: 0,
        }
    }

    /// Adds another connection's figures.
    pub fn add(&mut self, other: &Self) {
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
