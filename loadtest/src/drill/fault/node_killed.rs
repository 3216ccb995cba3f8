//! F-01: nodes are killed while webhooks come in. What was answered 200 must be there, once.

use std::time::Duration;

use crate::drill::checker;
use crate::drill::outcome::Outcome;
use crate::drill::setup::Setup;
use crate::drill::traffic::Traffic;
use crate::load::report::round;

/// What still waits is posted before the judgement.
const AFTERWARDS: Duration = Duration::from_secs(2);

/// Runs the drill.
pub async fn run(setup: &Setup) -> anyhow::Result<Outcome> {
    let mut topology = setup.topology(&setup.wants()).await?;
    let traffic = Traffic::start(&topology, setup.load()).await?;
    let mut nemesis = setup.nemesis();
    let mut slowest = Duration::ZERO;
    for kill in 1..=setup.size.rounds {
        let pause = nemesis.pause(setup.hold());
        let victim = nemesis.pick(topology.nodes.len());
        tokio::time::sleep(pause).await;
        let node = &mut topology.nodes[victim];
        node.kill()?;
        let ready = node.start().await?;
        slowest = slowest.max(ready);
        setup.say(&format!(
            "kill {kill} after {pause:.1?}: node {}, ready again in {ready:.2?}, {} acknowledged",
            victim + 1,
            traffic.acked()
        ));
    }
    tokio::time::sleep(AFTERWARDS).await;
    let seen = traffic.stop().await?;
    let mut outcome = Outcome::default();
    checker::check(&mut topology, &seen, &mut outcome).await?;
    outcome.fact("kills", setup.size.rounds);
    outcome.fact("slowest_start_s", round(slowest.as_secs_f64()));
    topology.close(outcome.is_good());
    Ok(outcome)
}
