//! F-04: a node dies while agents work in many conversations. The others answer for those that lived there, at once and
//! as quickly as before soon after.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::drill::checker::{self, p99_ms};
use crate::drill::commands::{self, Desk, Done, Work};
use crate::drill::outcome::Outcome;
use crate::drill::sent::{self, Doubts};
use crate::drill::setup::Setup;
use crate::drill::topology::willing;
use crate::drill::traffic::Traffic;
use crate::load::report::round;

const CONTACTS: u32 = 200;
/// Customers write little here, only so that they may be answered.
const WEBHOOKS: f64 = 50.0;
const OPENING: Duration = Duration::from_secs(5);
/// Undisturbed, after the caches are warm.
const WARM: Duration = Duration::from_secs(4);
const BEFORE: Duration = Duration::from_secs(10);
const FIRST_ANSWER_MS: f64 = 2_000.0;
const SETTLED: Duration = Duration::from_secs(5);
/// What is this quick anyway may be twice as slow without anybody noticing.
const QUICK_MS: f64 = 50.0;
/// After the node is back, before the next kill.
const AFTERWARDS: Duration = Duration::from_secs(4);

/// From a kill until the node is started again.
struct Outage {
    from: Duration,
    to: Duration,
}

/// Runs the drill.
pub async fn run(setup: &Setup) -> anyhow::Result<Outcome> {
    let mut wants = setup.wants();
    wants.provider = Some(willing());
    let mut topology = setup.topology(&wants).await?;
    let mut amount = setup.load();
    (amount.rate, amount.contacts) = (WEBHOOKS, CONTACTS);
    let traffic = Traffic::start(&topology, amount).await?;
    tokio::time::sleep(OPENING).await;
    let work = Work {
        rate: setup.size.rate,
        contacts: u64::from(CONTACTS),
        changes: true,
        ..Work::default()
    };
    let desk = Desk::start(&topology, &work)?;
    tokio::time::sleep(WARM + BEFORE).await;
    let mut nemesis = setup.nemesis();
    let mut outages = Vec::new();
    for kill in 1..=setup.size.rounds {
        let victim = nemesis.pick(topology.nodes.len());
        let node = &mut topology.nodes[victim];
        node.kill()?;
        let from = desk.now();
        setup.say(&format!("kill {kill}: node {} is gone", victim + 1));
        tokio::time::sleep(setup.hold().max(SETTLED)).await;
        outages.push(Outage {
            from,
            to: desk.now(),
        });
        node.start().await?;
        tokio::time::sleep(AFTERWARDS + nemesis.pause(Duration::from_secs(1))).await;
    }
    let done = desk.stop().await?;
    let seen = traffic.stop().await?;
    let mut outcome = Outcome::default();
    judge(&done, &outages, &mut outcome);
    sent::check(&topology, &done, Doubts::MayStay, &mut outcome).await?;
    checker::check(&mut topology, &seen, &mut outcome).await?;
    outcome.fact("kills", setup.size.rounds);
    topology.close(outcome.is_good());
    Ok(outcome)
}

fn judge(done: &[Done], outages: &[Outage], outcome: &mut Outcome) {
    let first = outages
        .first()
        .map(|outage| outage.from)
        .unwrap_or_default();
    let base = commands::p99(done, |due| due >= WARM && due < first);
    outcome.fact("base_p99_ms", base);
    let answers: Vec<Duration> = outages
        .iter()
        .flat_map(|one| first_answers(done, one))
        .collect();
    outcome.fact("first_answers", answers.len());
    let slowest = answers.iter().max().map(|time| time.as_secs_f64() * 1000.0);
    outcome.fact("first_answer_slowest_ms", slowest.map(round));
    let p99 = p99_ms(answers.into_iter());
    outcome.at_most("first_answer_p99_ms", p99, FIRST_ANSWER_MS);
    let is_settled = |due: Duration| {
        let settled = |one: &Outage| due >= one.from + SETTLED && due < one.to;
        outages.iter().any(settled)
    };
    let limit = base.unwrap_or_default().max(QUICK_MS) * 2.0;
    outcome.at_most(
        "settled_p99_ms",
        commands::p99(done, is_settled),
        round(limit),
    );
    let is_back = |due: Duration| {
        let back = |one: &Outage| due >= one.to && due < one.to + AFTERWARDS;
        outages.iter().any(back)
    };
    outcome.fact("coming_back_p99_ms", commands::p99(done, is_back));
}

/// How long each conversation waited after the kill for its first answer: of what was under way, or due afterwards.
fn first_answers(done: &[Done], outage: &Outage) -> Vec<Duration> {
    let mut first: BTreeMap<u64, Duration> = BTreeMap::new();
    for one in done
        .iter()
        .filter(|one| one.end >= outage.from && one.due < outage.to)
    {
        let waited = one.end - one.due.max(outage.from);
        first.entry(one.contact).or_insert(waited);
    }
    first.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(contact: u64, due: u64, end: u64) -> Done {
        Done {
            contact,
            due: Duration::from_millis(due),
            end: Duration::from_millis(end),
            due_ms: 0,
            mark: None,
            is_done: true,
            id: None,
            failures: Vec::new(),
        }
    }

    #[test]
    fn a_conversation_waits_from_the_kill_or_from_its_first_command_after_it() {
        let outage = Outage {
            from: Duration::from_millis(1_000),
            to: Duration::from_millis(5_000),
        };
        let all = [
            done(1, 100, 200),
            done(1, 900, 1_400),
            done(1, 2_000, 4_000),
            done(2, 1_500, 1_510),
        ];
        let waited = first_answers(&all, &outage);
        assert_eq!(
            waited,
            [Duration::from_millis(400), Duration::from_millis(10)]
        );
    }
}
