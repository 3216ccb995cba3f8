//! Messages out through the API, and what the provider's ledger says of them.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::json;
use tokio::task::JoinSet;

use super::outcome::Outcome;
use super::topology::Topology;
use crate::load::rest::Rest;
use crate::simulator::Running;

/// Connections that send.
const CONNECTIONS: u64 = 8;
/// A send that the hub can't take is tried again for so long, with the same key.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(100);
/// What was accepted reaches the provider within this time.
const ARRIVES: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// A send that the hub took.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The message's id at the hub.
    pub id: String,
    /// Its text, which no other message has.
    pub mark: String,
}

/// What to send: to each of the load's first `contacts` in turn.
#[derive(Clone, Copy)]
pub struct Order {
    pub count: u64,
    /// A second.
    pub rate: f64,
    pub contacts: u64,
}

struct Sender {
    nodes: Vec<Rest>,
    session: String,
    run: u32,
    turn: usize,
}

/// Sends all of them, over all nodes; each is taken once or fails the drill.
pub async fn send(topology: &Topology, order: Order) -> anyhow::Result<Vec<Sent>> {
    let run = crate::load::marker::fresh_run()?;
    let begin = Instant::now();
    let next = Arc::new(AtomicU64::new(0));
    let mut senders = JoinSet::new();
    for connection in 0..CONNECTIONS {
        let mut sender = Sender::new(topology, run, connection)?;
        let next = Arc::clone(&next);
        senders.spawn(async move {
            let mut sent = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= order.count {
                    return anyhow::Ok(sent);
                }
                let due = begin + Duration::from_secs_f64(number as f64 / order.rate);
                tokio::time::sleep_until(due.into()).await;
                sent.push(sender.send(number, number % order.contacts).await?);
            }
        });
    }
    let mut all = Vec::new();
    while let Some(sent) = senders.join_next().await {
        all.extend(sent??);
    }
    Ok(all)
}

impl Sender {
    fn new(topology: &Topology, run: u32, connection: u64) -> anyhow::Result<Self> {
        let key = topology.hub.token().unwrap_or_default();
        let nodes = topology.nodes.iter();
        let nodes = nodes.map(|node| Ok(Rest::new(&node.hub.authority()?, key)));
        Ok(Self {
            nodes: nodes.collect::<anyhow::Result<_>>()?,
            session: topology.session.clone(),
            run,
            turn: usize::try_from(connection).unwrap_or(0),
        })
    }

    async fn send(&mut self, number: u64, contact: u64) -> anyhow::Result<Sent> {
        let mark = format!("drill {:08x} {number}.", self.run);
        let key = format!("drill-{:08x}-{number}", self.run);
        let body =
            json!({"session_id": self.session, "to": format!("+1999{contact:07}"), "type": "text",
            "text": {"body": mark}})
            .to_string();
        let begin = Instant::now();
        loop {
            self.turn = (self.turn + 1) % self.nodes.len();
            let node = &mut self.nodes[self.turn];
            let answer = node
                .ask("POST", "/api/v1/messages", Some(&key), &body)
                .await;
            if let Ok(answer) = &answer {
                if answer.is_good() {
                    let id = answer.body()["id"].as_str().map(str::to_owned);
                    let id = id.context("a send was answered without an id")?;
                    return Ok(Sent { id, mark });
                }
                let is_final = answer.status < 500 && answer.status != 429;
                ensure!(!is_final, "a send was answered {}", answer.problem());
            }
            ensure!(
                begin.elapsed() < PATIENCE,
                "a send was not taken within {} s",
                PATIENCE.as_secs()
            );
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Waits until the provider has all of them, and adds what its ledger says.
pub async fn check(provider: &Running, sent: &[Sent], outcome: &mut Outcome) -> anyhow::Result<()> {
    let begin = Instant::now();
    let accepted = loop {
        let accepted = accepted(provider);
        let is_there = |sent: &Sent| accepted.contains_key(&sent.mark);
        if sent.iter().all(is_there) || begin.elapsed() > ARRIVES {
            break accepted;
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    };
    let times = sent.iter().map(|sent| accepted.get(&sent.mark).copied());
    let times: Vec<u32> = times.map(Option::unwrap_or_default).collect();
    outcome.none(
        "sends_lost",
        times.iter().filter(|times| **times == 0).count() as u64,
    );
    outcome.none(
        "sends_doubled",
        times.iter().filter(|times| **times > 1).count() as u64,
    );
    outcome.fact("sends", sent.len());
    Ok(())
}

/// How often the provider accepted each text, whatever attempt it came with.
pub(super) fn accepted(provider: &Running) -> HashMap<String, u32> {
    let mut times = HashMap::new();
    for attempt in provider.attempts() {
        if let Some(text) = attempt
            .body
            .pointer("/text/body")
            .and_then(|text| text.as_str())
        {
            *times.entry(text.to_owned()).or_default() += attempt.accepted;
        }
    }
    times
}
