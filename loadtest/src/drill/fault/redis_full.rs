//! F-15: Redis has no memory left, and refuses what is new or throws away what is old. Nothing depends on it.

use std::time::Duration;

use crate::drill::checker;
use crate::drill::outcome::Outcome;
use crate::drill::setup::Setup;
use crate::drill::traffic::Traffic;

const PAUSE: Duration = Duration::from_secs(3);
const MEMORY: &str = "CONFIG SET maxmemory 16mb";
/// More than fits.
const FILL: &str = "EVAL \"for i=1,400 do redis.call('set','junk'..math.random(100000),string.rep('x',100000)) end\" 0";
/// What is new, when all is full.
const REFUSES: &str = "noeviction";
const FULL_P99_MS: f64 = 2_000.0;

/// Runs the drill.
pub async fn run(setup: &Setup) -> anyhow::Result<Outcome> {
    let mut topology = setup.topology(&setup.wants()).await?;
    let traffic = Traffic::start(&topology, setup.load()).await?;
    let mut outcome = Outcome::default();
    tokio::time::sleep(PAUSE).await;
    let from = traffic.now();
    let mut not_full = 0;
    topology.redis.say(MEMORY).await?;
    for policy in [REFUSES, "allkeys-lru"] {
        let order = format!("CONFIG SET maxmemory-policy {policy}");
        topology.redis.say(&order).await?;
        for _ in 0..setup.size.rounds {
            // Without eviction it ends with an error, when all is full: that is the fault.
            let filled = topology.redis.answer(FILL).await?;
            let is_refused = filled.contains("OOM");
            setup.say(&format!(
                "{policy}: filling was {}",
                if is_refused { "refused" } else { "taken" }
            ));
            not_full += u64::from(is_refused != (policy == REFUSES));
            tokio::time::sleep(setup.hold()).await;
        }
    }
    let to = traffic.now();
    let seen = traffic.stop().await?;
    checker::check(&mut topology, &seen, &mut outcome).await?;
    outcome.none("not_full", not_full);
    let p99 = seen.delivery_p99_ms(|due| from <= due && due < to);
    outcome.at_most("full_p99_ms", p99, FULL_P99_MS);
    topology.close(outcome.is_good());
    Ok(outcome)
}
