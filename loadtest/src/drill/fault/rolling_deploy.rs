//! F-34: a new version is rolled out under load, node by node. Nobody is refused, nothing is lost or done twice.

use std::time::Duration;

use crate::drill::checker;
use crate::drill::commands::{Again, Desk, Work};
use crate::drill::outcome::Outcome;
use crate::drill::sent::{self, Doubts};
use crate::drill::setup::Setup;
use crate::drill::topology::willing;
use crate::drill::traffic::{Seen, Traffic};
use crate::load::history::CUT;
use crate::load::report::round;

const CONTACTS: u32 = 200;
const OPENING: Duration = Duration::from_secs(4);
/// Between two nodes, as a careful deployment waits.
const PAUSE: Duration = Duration::from_secs(3);
const DRAIN_S: f64 = 25.0;
/// Whoever was being worked for was so for longer.
const AT_WORK: Duration = Duration::from_millis(10);

/// Runs the drill.
pub async fn run(setup: &Setup) -> anyhow::Result<Outcome> {
    anyhow::ensure!(setup.nodes >= 2, "somebody has to answer meanwhile");
    let mut wants = setup.wants();
    wants.provider = Some(willing());
    let mut first = setup.clone();
    let old = setup.old.clone().unwrap_or_else(|| setup.binary.clone());
    first.binary = old.clone();
    let mut topology = first.topology(&wants).await?;
    let mut amount = setup.load();
    amount.contacts = CONTACTS;
    let traffic = Traffic::start(&topology, amount).await?;
    tokio::time::sleep(OPENING).await;
    let work = Work {
        rate: setup.size.rate / 2.0,
        contacts: u64::from(CONTACTS),
        changes: true,
        again: Again::Refused,
        ..Work::default()
    };
    let desk = Desk::start(&topology, &work)?;
    let (mut slowest_drain, mut slowest_start) = (Duration::ZERO, Duration::ZERO);
    for round in 1..=setup.size.rounds {
        for index in 0..topology.nodes.len() {
            tokio::time::sleep(PAUSE).await;
            let node = &mut topology.nodes[index];
            let drain = node.stop().await?;
            // Back again in every other round: a node of the version before beside one of the new.
            node.run_next(if round % 2 == 1 { &setup.binary } else { &old });
            let ready = node.start().await?;
            slowest_drain = slowest_drain.max(drain);
            slowest_start = slowest_start.max(ready);
            setup.say(&format!(
                "round {round}: node {} ended within {drain:.2?} and was ready again in {ready:.2?}",
                index + 1
            ));
        }
    }
    tokio::time::sleep(PAUSE).await;
    let done = desk.stop().await?;
    let seen = traffic.stop().await?;
    let mut outcome = Outcome::default();
    outcome.at_most(
        "slowest_drain_s",
        Some(slowest_drain.as_secs_f64()),
        DRAIN_S,
    );
    outcome.fact("slowest_start_s", round(slowest_start.as_secs_f64()));
    let failures = || done.iter().flat_map(|done| &done.failures);
    let is_5xx = |failure: &&String| failure.starts_with('5');
    outcome.none("commands_5xx", failures().filter(is_5xx).count() as u64);
    sent::check(&topology, &done, Doubts::MustNot, &mut outcome).await?;
    outcome.none("webhooks_5xx", answered_5xx(&seen));
    let (at_work, at_once) = cut_off(&seen);
    outcome.none("webhooks_cut", at_work);
    outcome.fact("webhooks_met_an_end", at_once);
    outcome.fact("versions", if setup.old.is_some() { 2 } else { 1 });
    checker::check(&mut topology, &seen, &mut outcome).await?;
    topology.close(outcome.is_good());
    Ok(outcome)
}

/// Webhooks that were begun and not answered: in the middle of the work, and at once, when the request met the end of an
/// idle connection on its way, which HTTP/1.1 can't prevent (RFC 9112, section 9.5).
fn cut_off(seen: &Seen) -> (u64, u64) {
    let cut = || seen.answers.iter().filter(|answer| answer.status == CUT);
    let at_work = cut().filter(|answer| answer.took >= AT_WORK).count();
    (at_work as u64, (cut().count() - at_work) as u64)
}

fn answered_5xx(seen: &Seen) -> u64 {
    let answers = seen.answers.iter();
    answers.filter(|answer| answer.status >= 500).count() as u64
}
