//! F-10: many writers on few conversations of one inbox, on all nodes at once. What PostgreSQL refuses for the sake of
//! order is tried again inside and shown to nobody.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rand::Rng;
use serde_json::json;
use tokio::task::JoinSet;

use crate::drill::checker;
use crate::drill::nemesis::Nemesis;
use crate::drill::outcome::Outcome;
use crate::drill::setup::Setup;
use crate::drill::topology::Topology;
use crate::drill::traffic::Traffic;
use crate::load::rest::Rest;

/// Writers beside the webhooks.
const WRITERS: u64 = 16;
/// Few enough that all of them meet.
const CONTACTS: u32 = 24;
/// Messages in one webhook, of different contacts in any order.
const BATCH: u64 = 5;
const OPENING: Duration = Duration::from_secs(3);
/// Per 100,000 transactions.
const MOST_DEADLOCKS: f64 = 1.0;
const DEADLOCKS: &str = "select deadlocks from pg_stat_database where datname = current_database()";
const TRANSACTIONS: &str =
    "select xact_commit from pg_stat_database where datname = current_database()";

/// What the writers were answered.
#[derive(Default)]
struct Answers {
    good: u64,
    errors: u64,
    example: Option<String>,
}

/// Runs the drill.
pub async fn run(setup: &Setup) -> anyhow::Result<Outcome> {
    let mut topology = setup.topology(&setup.wants()).await?;
    let mut amount = setup.load();
    amount.contacts = CONTACTS;
    // Above 0: any connection writes for any contact.
    amount.zipf = 0.1;
    amount.batch = BATCH;
    let traffic = Traffic::start(&topology, amount).await?;
    tokio::time::sleep(OPENING).await;
    let end = Arc::new(AtomicBool::new(false));
    let mut writers = JoinSet::new();
    for number in 0..WRITERS {
        let writer = Writer::new(setup, &topology, number).await?;
        writers.spawn(writer.write(Arc::clone(&end)));
    }
    tokio::time::sleep(setup.hold()).await;
    end.store(true, Ordering::Relaxed);
    let mut answers = Answers::default();
    while let Some(one) = writers.join_next().await {
        let one = one?;
        answers.good += one.good;
        answers.errors += one.errors;
        answers.example = answers.example.or(one.example);
    }
    let seen = traffic.stop().await?;
    let mut outcome = Outcome::default();
    checker::check(&mut topology, &seen, &mut outcome).await?;
    let deadlocks = topology.postgres.count(DEADLOCKS).await?;
    let transactions = topology.postgres.count(TRANSACTIONS).await?;
    let per = deadlocks as f64 * 100_000.0 / transactions.max(1) as f64;
    outcome.at_most("deadlocks_per_100000", Some(per), MOST_DEADLOCKS);
    outcome.none("client_errors", answers.errors);
    let refused: u64 = seen.posted.not_200().values().sum();
    outcome.none("webhooks_refused", refused);
    outcome.fact("deadlocks", deadlocks);
    outcome.fact("transactions", transactions);
    outcome.fact("writes", answers.good);
    if let Some(example) = answers.example {
        outcome.fact("error", example);
    }
    topology.close(outcome.is_good());
    Ok(outcome)
}

/// Someone who writes notes and marks conversations as read, here and there.
struct Writer {
    rest: Rest,
    conversations: Vec<String>,
    chance: Nemesis,
    number: u64,
}

impl Writer {
    async fn new(setup: &Setup, topology: &Topology, number: u64) -> anyhow::Result<Self> {
        let mut conversations = Vec::new();
        topology
            .hub
            .each("/api/v1/conversations", |one| {
                conversations.extend(one["id"].as_str().map(str::to_owned));
            })
            .await?;
        anyhow::ensure!(!conversations.is_empty(), "nobody wrote yet");
        let node = usize::try_from(number)? % topology.nodes.len();
        let key = topology.hub.token().unwrap_or_default();
        Ok(Self {
            rest: Rest::new(&topology.nodes[node].hub.authority()?, key),
            conversations,
            chance: Nemesis::new(setup.seed ^ number),
            number,
        })
    }

    async fn write(mut self, end: Arc<AtomicBool>) -> Answers {
        let mut answers = Answers::default();
        let mut count = 0_u64;
        while !end.load(Ordering::Relaxed) {
            count += 1;
            let place = self.chance.pick(self.conversations.len());
            let id = &self.conversations[place];
            let key = format!(
                "note-{}-{count}-{:x}",
                self.number,
                rand::rng().random::<u64>()
            );
            let note = json!({"type": "note", "text": {"body": "Seen."}}).to_string();
            let asked = match count % 2 {
                0 => {
                    let path = format!("/api/v1/conversations/{id}/messages");
                    self.rest.ask("POST", &path, Some(&key), &note).await
                }
                _ => {
                    let path = format!("/api/v1/conversations/{id}/read");
                    self.rest.ask("POST", &path, None, "").await
                }
            };
            match asked {
                Ok(answer) if answer.is_good() => answers.good += 1,
                Ok(answer) => answers.err(answer.problem()),
                Err(error) => answers.err(error.to_string()),
            }
        }
        answers
    }
}

impl Answers {
    fn err(&mut self, what: String) {
        self.errors += 1;
        self.example.get_or_insert(what);
    }
}
