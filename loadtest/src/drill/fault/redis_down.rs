//! F-11: Redis is killed and comes back empty. Every event still reaches every agent, a little later.

use std::time::Duration;

use crate::drill::checker;
use crate::drill::outcome::Outcome;
use crate::drill::setup::Setup;
use crate::drill::traffic::{Seen, Traffic};

/// The hub is as quick as before after this time.
const SETTLED: Duration = Duration::from_secs(5);
const MEAN_PAUSE: Duration = Duration::from_secs(3);
/// While Redis is away.
const DOWN_P99_MS: f64 = 2_000.0;
/// The goal for any time (webhook to agent's screen).
const BASE_P99_MS: f64 = 200.0;

/// From the kill until it answers again.
struct Outage {
    gone: Duration,
    ready: Duration,
}

/// Runs the drill.
pub async fn run(setup: &Setup) -> anyhow::Result<Outcome> {
    let mut topology = setup.topology(&setup.wants()).await?;
    let traffic = Traffic::start(&topology, setup.load()).await?;
    let mut nemesis = setup.nemesis();
    let mut outages = Vec::new();
    for round in 1..=setup.size.rounds {
        tokio::time::sleep(SETTLED + nemesis.pause(MEAN_PAUSE)).await;
        topology.redis.kill().await?;
        let gone = traffic.now();
        tokio::time::sleep(setup.hold()).await;
        topology.redis.start_again().await?;
        let ready = traffic.now();
        setup.say(&format!("kill {round}: {} acknowledged", traffic.acked()));
        outages.push(Outage { gone, ready });
    }
    tokio::time::sleep(SETTLED * 2).await;
    let seen = traffic.stop().await?;
    let mut outcome = Outcome::default();
    checker::check(&mut topology, &seen, &mut outcome).await?;
    judge(&seen, &outages, &mut outcome);
    outcome.fact("kills", setup.size.rounds);
    topology.close(outcome.is_good());
    Ok(outcome)
}

fn judge(seen: &Seen, outages: &[Outage], outcome: &mut Outcome) {
    let is_down = |due: Duration| outages.iter().any(|o| o.gone <= due && due < o.ready);
    let is_near = |due: Duration| {
        let near = |o: &Outage| o.gone <= due && due < o.ready + SETTLED;
        outages.iter().any(near)
    };
    outcome.at_most("down_p99_ms", seen.delivery_p99_ms(is_down), DOWN_P99_MS);
    outcome.at_most(
        "settled_p99_ms",
        seen.delivery_p99_ms(|due| !is_near(due)),
        BASE_P99_MS,
    );
    let is_back = |due: Duration| is_near(due) && !is_down(due);
    if let Some(ms) = seen.delivery_p99_ms(is_back) {
        outcome.fact("coming_back_p99_ms", ms);
    }
}
