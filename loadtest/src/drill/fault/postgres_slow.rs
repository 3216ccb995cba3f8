//! F-09: PostgreSQL answers late, then a table is locked. The hub refuses early what it can't do in time, does not grow,
//! and is as quick as before soon afterwards.

use std::time::Duration;

use super::memory::Peak;
use crate::drill::checker::{self, p99_ms};
use crate::drill::outcome::Outcome;
use crate::drill::proxy::Link;
use crate::drill::setup::Setup;
use crate::drill::topology::Topology;
use crate::drill::traffic::Traffic;

const BEFORE: Duration = Duration::from_secs(8);
/// Each way, so that an answer is 200 ms late.
const DELAY: Duration = Duration::from_millis(100);
const LOCK: &str =
    "begin; lock table messages in access exclusive mode; select pg_sleep(5); commit";
/// A refusal takes at most so long.
const REFUSED_P99_MS: f64 = 300.0;
const MOST_MIB: f64 = 64.0;
/// From when on it is as quick as before, and how long that is looked at.
const SETTLED: Duration = Duration::from_secs(10);
const LOOKED_AT: Duration = Duration::from_secs(5);
/// The goal for any time at this rate.
const ACK_P99_MS: f64 = 250.0;
/// What waits for five seconds without a commit does not fill all of them: somebody comes still, and is refused.
const CONNECTIONS: usize = 1_200;
/// More than connections, so that each contact's messages have an order.
const CONTACTS: u32 = 2_400;

/// Runs the drill.
pub async fn run(setup: &Setup) -> anyhow::Result<Outcome> {
    let mut wants = setup.wants();
    wants.proxies.postgres = true;
    let mut topology = setup.topology(&wants).await?;
    let mut amount = setup.load();
    amount.connections = CONNECTIONS;
    amount.contacts = CONTACTS;
    let traffic = Traffic::start(&topology, amount).await?;
    tokio::time::sleep(BEFORE).await;
    let peak = Peak::watch(&topology)?;

    let slow_from = traffic.now();
    setup.say("every answer of PostgreSQL is 200 ms late");
    set(&topology, Link::Delay(DELAY));
    tokio::time::sleep(setup.hold()).await;
    set(&topology, Link::Pass);
    let slow_to = traffic.now();
    tokio::time::sleep(SETTLED + LOOKED_AT).await;

    setup.say("the messages are locked for 5 s");
    let lock_from = traffic.now();
    topology.postgres.ask(LOCK).await?;
    let lock_to = traffic.now();
    tokio::time::sleep(SETTLED + LOOKED_AT).await;

    let grown = peak.grown().await?;
    let seen = traffic.stop().await?;
    let mut outcome = Outcome::default();
    checker::check(&mut topology, &seen, &mut outcome).await?;
    let refused = seen.answers.iter().filter(|answer| answer.status == 503);
    let refused: Vec<Duration> = refused.map(|answer| answer.took).collect();
    outcome.fact("refused", refused.len());
    // Five seconds without a commit have to be refused.
    outcome.at_most(
        "refused_p99_ms",
        p99_ms(refused.into_iter()),
        REFUSED_P99_MS,
    );
    outcome.at_most("grown_mib", grown, MOST_MIB);
    let after = |end: Duration| {
        let from = end + SETTLED;
        seen.ack_p99_ms(|at| at >= from && at < from + LOOKED_AT)
    };
    outcome.at_most("ack_p99_ms_after_delay", after(slow_to), ACK_P99_MS);
    outcome.at_most("ack_p99_ms_after_lock", after(lock_to), ACK_P99_MS);
    let settled = |end: Duration| {
        let from = end + SETTLED;
        seen.not_200(|at| at >= from && at < from + LOOKED_AT)
    };
    outcome.none("not_200_after", settled(slow_to) + settled(lock_to));
    let within = |from: Duration, to: Duration| seen.ack_p99_ms(|at| at >= from && at < to);
    outcome.fact(
        "ack_p99_ms_before",
        within(Duration::from_secs(2), slow_from),
    );
    outcome.fact("ack_p99_ms_delayed", within(slow_from, slow_to));
    outcome.fact("ack_p99_ms_locked", within(lock_from, lock_to));
    topology.close(outcome.is_good());
    Ok(outcome)
}

fn set(topology: &Topology, link: Link) {
    for proxy in topology
        .nodes
        .iter()
        .filter_map(|node| node.postgres.as_ref())
    {
        proxy.set(link);
    }
}
