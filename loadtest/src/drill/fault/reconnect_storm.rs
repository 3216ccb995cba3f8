//! F-23: a node dies with thousands of sockets, which all come back at the others at once, while webhooks come in.

use std::time::Duration;

use anyhow::Context;

use crate::drill::checker;
use crate::drill::outcome::Outcome;
use crate::drill::setup::Setup;
use crate::drill::traffic::Traffic;
use crate::load::report::round;

const BEFORE: Duration = Duration::from_secs(10);
/// All are back within this time.
const BACK_S: f64 = 30.0;
/// A single node would have no other to come back to.
const FEWEST_NODES: usize = 2;
/// Clients wait up to so long before they come back.
const JITTER: Duration = Duration::from_secs(5);
/// What is this quick anyway may be twice as slow without anybody noticing.
const QUICK_MS: f64 = 50.0;

/// Runs the drill.
pub async fn run(setup: &Setup) -> anyhow::Result<Outcome> {
    anyhow::ensure!(setup.nodes >= FEWEST_NODES, "a storm needs two nodes");
    let mut topology = setup.topology(&setup.wants()).await?;
    let mut amount = setup.load();
    amount.jitter = JITTER;
    let traffic = Traffic::start(&topology, amount).await?;
    tokio::time::sleep(BEFORE).await;
    let mut nemesis = setup.nemesis();
    let mut kills = Vec::new();
    let start = nemesis.pick(topology.nodes.len());
    for number in 1..=setup.size.rounds {
        // Nobody came back to the one before.
        let victim = (start + usize::try_from(number)?) % topology.nodes.len();
        let at = traffic.now();
        topology
            .nodes
            .get_mut(victim)
            .context("no such node")?
            .kill()?;
        setup.say(&format!("kill {number}: node {} is gone", victim + 1));
        tokio::time::sleep(setup.hold()).await;
        kills.push((at, traffic.now()));
        topology
            .nodes
            .get_mut(victim)
            .context("no such node")?
            .start()
            .await?;
        tokio::time::sleep(BEFORE).await;
    }
    let seen = traffic.stop().await?;
    let mut outcome = Outcome::default();
    checker::check(&topology, &seen, &mut outcome).await?;
    let back = kills.iter().flat_map(|(from, to)| {
        let times = seen.watched.iter().flat_map(|one| &one.connected);
        let of_this = times.filter(move |at| *from <= **at && **at < *to);
        of_this.map(move |at| *at - *from)
    });
    let back: Vec<Duration> = back.collect();
    let slowest = back.iter().max().map(|time| round(time.as_secs_f64()));
    outcome.fact("came_back", back.len());
    outcome.at_most("slowest_back_s", slowest, BACK_S);
    let storm = |at: Duration| kills.iter().any(|(from, to)| *from <= at && at < *to);
    let first = kills.first().map(|(from, _)| *from).unwrap_or_default();
    let base = seen.ack_p99_ms(|at| at >= Duration::from_secs(2) && at < first);
    let during = seen.ack_p99_ms(storm);
    outcome.fact("base_ack_p99_ms", base);
    let limit = base.unwrap_or_default().max(QUICK_MS) * 2.0;
    outcome.at_most("storm_ack_p99_ms", during, round(limit));
    topology.close(outcome.is_good());
    Ok(outcome)
}
