//! F-13 and F-14: one node's Redis does not answer any more, or only its subscription is dead and nobody tells. The
//! node's agents hear of everything nevertheless, because the database is asked.

use std::time::{Duration, Instant};

use crate::drill::checker;
use crate::drill::outcome::Outcome;
use crate::drill::proxy::{Link, Way};
use crate::drill::setup::Setup;
use crate::drill::topology::{Node, Topology};
use crate::drill::traffic::Traffic;
use crate::load::report::round;

/// Between two blows, and after the last one.
const PAUSE: Duration = Duration::from_secs(5);
/// Deliveries while a node is cut off.
const CUT_P99_MS: f64 = 2_000.0;
/// Until a dead subscription is noticed.
const NOTICED_S: f64 = 3.0;
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Nothing between one node and Redis, in both directions.
pub async fn cut(setup: &Setup) -> anyhow::Result<Outcome> {
    let mut outcome = Outcome::default();
    let (mut topology, traffic) = begin(setup).await?;
    let mut nemesis = setup.nemesis();
    let mut windows = Vec::new();
    for number in 1..=setup.size.rounds {
        tokio::time::sleep(PAUSE).await;
        let node = nemesis.pick(topology.nodes.len());
        setup.say(&format!("cut {number}: node {} has no Redis", node + 1));
        windows.push(silence(setup, &topology, &traffic, node, Way::Both).await);
    }
    tokio::time::sleep(PAUSE).await;
    let seen = traffic.stop().await?;
    checker::check(&mut topology, &seen, &mut outcome).await?;
    let p99 = seen.delivery_p99_ms(|due| is_within(&windows, due));
    outcome.at_most("cut_p99_ms", p99, CUT_P99_MS);
    topology.close(outcome.is_good());
    Ok(outcome)
}

/// By turns: Redis ends all subscriptions, or what it says to one node gets lost on the way.
pub async fn dead_subscription(setup: &Setup) -> anyhow::Result<Outcome> {
    let mut outcome = Outcome::default();
    let (mut topology, traffic) = begin(setup).await?;
    let mut nemesis = setup.nemesis();
    let (mut killed, mut silent) = (Vec::new(), Vec::new());
    let (mut none_ended, mut slowest) = (0, Some(Duration::ZERO));
    for number in 1..=setup.size.rounds {
        tokio::time::sleep(PAUSE).await;
        let node = nemesis.pick(topology.nodes.len());
        if number % 2 == 1 {
            let ended = topology.redis.say("CLIENT KILL TYPE pubsub").await?;
            setup.say(&format!("{number}: Redis ended subscriptions ({ended})"));
            let ended = ended.trim_start_matches(':').parse().unwrap_or(0_u64);
            none_ended += u64::from(ended == 0);
            let from = traffic.now();
            tokio::time::sleep(setup.hold()).await;
            killed.push((from, traffic.now()));
        } else {
            setup.say(&format!(
                "{number}: node {} hears nothing of Redis",
                node + 1
            ));
            let noticed = noticed(&topology.nodes[node], setup.hold());
            let silence = silence(setup, &topology, &traffic, node, Way::ToClient);
            let (window, noticed) = tokio::join!(silence, noticed);
            silent.push(window);
            slowest = match (slowest, noticed?) {
                (Some(slowest), Some(noticed)) => Some(noticed.max(slowest)),
                _ => None,
            };
        }
    }
    tokio::time::sleep(PAUSE).await;
    let seen = traffic.stop().await?;
    checker::check(&mut topology, &seen, &mut outcome).await?;
    let slowest_delivery = |windows: &[Window]| {
        let slowest = seen.slowest_delivery(|due| is_within(windows, due));
        slowest.map(|time| round(time.as_secs_f64()))
    };
    outcome.none("no_subscription_ended", none_ended);
    let slowest_killed = slowest_delivery(&killed);
    outcome.at_most("killed_slowest_s", slowest_killed, NOTICED_S);
    if !silent.is_empty() {
        let noticed = slowest.map(|time| round(time.as_secs_f64()));
        outcome.at_most("silence_noticed_s", noticed, NOTICED_S);
        let slowest_silent = slowest_delivery(&silent);
        outcome.at_most("silent_slowest_s", slowest_silent, NOTICED_S);
    }
    topology.close(outcome.is_good());
    Ok(outcome)
}

/// How long the node takes to see that it hears nothing; None when it does not within that time.
async fn noticed(node: &Node, within: Duration) -> anyhow::Result<Option<Duration>> {
    let begin = Instant::now();
    let times = async || {
        let times = node.figure("bus_resubscribed_total", within).await?;
        anyhow::Ok(times.unwrap_or(0.0))
    };
    let before = times().await?;
    while begin.elapsed() < within {
        if times().await? > before {
            return Ok(Some(begin.elapsed()));
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    Ok(None)
}

/// From when until when, in the time of the run.
type Window = (Duration, Duration);

fn is_within(windows: &[Window], due: Duration) -> bool {
    windows.iter().any(|(from, to)| *from <= due && due < *to)
}

async fn begin(setup: &Setup) -> anyhow::Result<(Topology, Traffic)> {
    let mut wants = setup.wants();
    wants.proxies.redis = true;
    let topology = setup.topology(&wants).await?;
    let traffic = Traffic::start(&topology, setup.load()).await?;
    Ok((topology, traffic))
}

async fn silence(
    setup: &Setup,
    topology: &Topology,
    traffic: &Traffic,
    node: usize,
    way: Way,
) -> Window {
    let from = traffic.now();
    let link = topology
        .nodes
        .get(node)
        .and_then(|node| node.redis.as_ref());
    if let Some(link) = link {
        link.set(Link::Silent(way));
        tokio::time::sleep(setup.hold()).await;
        link.set(Link::Pass);
    }
    (from, traffic.now())
}
