//! F-23: a node dies with thousands of sockets, which all come back at the others at once, while webhooks come in.

use std::time::{Duration, Instant};

use anyhow::Context;

use crate::drill::checker;
use crate::drill::outcome::Outcome;
use crate::drill::setup::Setup;
use crate::drill::topology::Topology;
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
const LOOK_AGAIN: Duration = Duration::from_millis(250);
const LOOKS: Duration = Duration::from_secs(3);

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
    let mut slowest = Some(Duration::ZERO);
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
        let hold = tokio::time::sleep(setup.hold());
        let back = all_back(&topology, victim, setup.size.agents).await;
        slowest = match (slowest, back) {
            (Some(slowest), Some(back)) => Some(back.max(slowest)),
            _ => None,
        };
        hold.await;
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
    checker::check(&mut topology, &seen, &mut outcome).await?;
    let back = kills.iter().flat_map(|(from, to)| {
        let times = seen.watched.iter().flat_map(|one| &one.connected);
        let of_this = times.filter(move |at| *from <= **at && **at < *to);
        of_this.map(move |at| *at - *from)
    });
    let back: Vec<Duration> = back.collect();
    let began = back.iter().max().map(|time| round(time.as_secs_f64()));
    outcome.fact("came_back", back.len());
    outcome.fact("last_one_began_s", began);
    let slowest = slowest.map(|time| round(time.as_secs_f64()));
    outcome.at_most("all_back_s", slowest, BACK_S);
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

/// How long it takes until the other nodes have all sockets, by their own count; None when they do not in time.
async fn all_back(topology: &Topology, gone: usize, sockets: usize) -> Option<Duration> {
    let begin = Instant::now();
    while begin.elapsed().as_secs_f64() < BACK_S {
        let mut held = 0.0;
        for (index, node) in topology.nodes.iter().enumerate() {
            if index != gone {
                // Who does not answer now is asked again soon.
                let held_here = node.figure("sockets", LOOKS).await;
                held += held_here.ok().flatten().unwrap_or(0.0);
            }
        }
        if held >= sockets as f64 {
            return Some(begin.elapsed());
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    None
}
