//! F-20: statuses come backwards, before the answer to their own send, and after a failure. A message's rank only rises.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use anyhow::Context;

use crate::drill::checker;
use crate::drill::outcome::Outcome;
use crate::drill::sends::{self, Order, Sent};
use crate::drill::setup::Setup;
use crate::drill::threads;
use crate::drill::topology::Topology;
use crate::drill::traffic::Traffic;
use crate::simulator::{Behaviour, Running, Statuses, Step};

/// Every contact wrote once by then, so that it may be answered.
const OPENING: Duration = Duration::from_secs(2);
const SENDS_PER_SECOND: f64 = 40.0;
/// A contact is sent no more messages than it may get at once.
const EACH: u64 = 4;
/// The provider answers so late that statuses overtake the answer.
const ANSWER_MS: (u64, u64) = (300, 600);
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// Until the last one is told and taken.
const PATIENCE: Duration = Duration::from_secs(60);
/// Any failure of a message that was sent.
const CODE: i64 = 131_026;

/// What is told of a message, and what must come of it.
struct Tale {
    name: &'static str,
    told: &'static [Step],
    /// Told as soon as the provider has it, before it answers.
    is_early: bool,
    ends: &'static str,
}

const TALES: [Tale; 4] = [
    Tale {
        name: "backwards",
        told: &[Step::Read, Step::Delivered, Step::Sent],
        is_early: false,
        ends: "read",
    },
    Tale {
        name: "before_the_answer",
        told: &[Step::Delivered, Step::Sent],
        is_early: true,
        ends: "delivered",
    },
    Tale {
        name: "failed_after_sent",
        told: &[Step::Sent, Step::Failed, Step::Sent],
        is_early: false,
        ends: "failed",
    },
    Tale {
        name: "delivered_after_failed",
        told: &[Step::Failed, Step::Delivered],
        is_early: false,
        ends: "delivered",
    },
];

/// Runs the drill.
pub async fn run(setup: &Setup) -> anyhow::Result<Outcome> {
    let mut wants = setup.wants();
    wants.provider = Some(Behaviour {
        statuses: Statuses::Manual,
        answer_ms: ANSWER_MS,
        ..Behaviour::default()
    });
    let mut topology = setup.topology(&wants).await?;
    let mut amount = setup.load();
    let contacts = setup.size.amount.div_ceil(EACH).max(1);
    amount.contacts = u32::try_from(contacts)?;
    let traffic = Traffic::start(&topology, amount).await?;
    let wait = OPENING + Duration::from_secs_f64(contacts as f64 / setup.size.rate);
    tokio::time::sleep(wait).await;
    let order = Order {
        count: setup.size.amount,
        rate: SENDS_PER_SECOND,
        contacts,
    };
    let provider = topology.simulator.as_ref().context("no provider")?;
    setup.say(&format!("{} sends, statuses in every order", order.count));
    let (sent, told) = tokio::join!(sends::send(&topology, order), tell(provider, order.count));
    let (sent, told) = (sent?, told?);
    let mut outcome = Outcome::default();
    sends::check(provider, &sent, &mut outcome).await?;
    let is_quiet = provider.quiet(PATIENCE).await;
    outcome.none("statuses_not_taken", u64::from(!is_quiet));
    judge(&topology, &sent, &told, &mut outcome).await?;
    let seen = traffic.stop().await?;
    checker::check(&mut topology, &seen, &mut outcome).await?;
    topology.close(outcome.is_good());
    Ok(outcome)
}

/// Tells each message's tale as soon as it is its time; gives the tale of each text.
async fn tell(provider: &Running, count: u64) -> anyhow::Result<HashMap<String, &'static Tale>> {
    let begin = Instant::now();
    let mut tales = HashMap::new();
    let mut waiting: Vec<(Instant, String, &'static Tale)> = Vec::new();
    while (tales.len() as u64) < count || !waiting.is_empty() {
        anyhow::ensure!(
            begin.elapsed() < PATIENCE * 3,
            "not all sends reached the provider"
        );
        for attempt in provider.attempts() {
            let Some(text) = attempt
                .body
                .pointer("/text/body")
                .and_then(|text| text.as_str())
            else {
                continue;
            };
            let Some(wamid) = attempt.wamids.first() else {
                continue;
            };
            if tales.contains_key(text) {
                continue;
            }
            let tale = &TALES[tales.len() % TALES.len()];
            tales.insert(text.to_owned(), tale);
            let answered = Instant::now() + Duration::from_millis(ANSWER_MS.1 * 2);
            let due = if tale.is_early {
                Instant::now()
            } else {
                answered
            };
            waiting.push((due, wamid.clone(), tale));
        }
        waiting.retain(|(due, wamid, tale)| {
            if *due > Instant::now() {
                return true;
            }
            for step in tale.told {
                let code = (*step == Step::Failed).then_some(CODE);
                provider.tell_status(wamid, *step, code);
            }
            false
        });
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    Ok(tales)
}

async fn judge(
    topology: &Topology,
    sent: &[Sent],
    told: &HashMap<String, &'static Tale>,
    outcome: &mut Outcome,
) -> anyhow::Result<()> {
    let begin = Instant::now();
    let wrong = loop {
        let wrong = wrong(&statuses(topology).await?, sent, told);
        if wrong.is_empty() || begin.elapsed() > PATIENCE {
            break wrong;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    };
    outcome.none("wrong_ends", wrong.values().sum());
    for (what, count) in wrong {
        outcome.fact(&what, count);
    }
    Ok(())
}

/// Messages that did not end as their tale does, by tale and end.
fn wrong(
    statuses: &HashMap<String, String>,
    sent: &[Sent],
    told: &HashMap<String, &'static Tale>,
) -> BTreeMap<String, u64> {
    let mut wrong = BTreeMap::new();
    for one in sent {
        let status = statuses.get(&one.id).map_or("missing", String::as_str);
        let (name, ends) = told
            .get(&one.mark)
            .map_or(("never_sent", ""), |tale| (tale.name, tale.ends));
        if status != ends {
            *wrong.entry(format!("{name}_ended_{status}")).or_default() += 1;
        }
    }
    wrong
}

/// The status of every message that went out, by id.
async fn statuses(topology: &Topology) -> anyhow::Result<HashMap<String, String>> {
    let shown = threads::outbound(topology).await?.into_iter();
    Ok(shown.map(|one| (one.id, one.status)).collect())
}
