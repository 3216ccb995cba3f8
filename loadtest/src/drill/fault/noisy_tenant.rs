//! F-33: one organization has ten times as much to do as another on the same nodes. The other is served as before.

use std::time::Duration;

use crate::drill::checker;
use crate::drill::kept;
use crate::drill::outcome::Outcome;
use crate::drill::setup::Setup;
use crate::drill::traffic::{Amount, Traffic};
use crate::load::report::round;

const WARM: Duration = Duration::from_secs(5);
const BEFORE: Duration = Duration::from_secs(20);
const TIMES: f64 = 10.0;
/// Of it is taken; less would be no noise.
const LEAST_TIMES: f64 = 9.0;
const CONNECTIONS: usize = 64;
const CONTACTS: u32 = 1_000;
/// So much higher than alone at most.
const HIGHER: f64 = 1.2;

/// Runs the drill.
pub async fn run(setup: &Setup) -> anyhow::Result<Outcome> {
    let mut topology = setup.topology(&setup.wants()).await?;
    let mut noisy = topology.found("noisy@example.org").await?;
    let quiet = Traffic::start(&topology, setup.load()).await?;
    tokio::time::sleep(WARM + BEFORE).await;
    topology.turn_to(&mut noisy);
    let amount = Amount {
        rate: setup.size.rate * TIMES,
        contacts: CONTACTS,
        connections: CONNECTIONS,
        agents: 0,
        ..Amount::default()
    };
    let flood = Traffic::start(&topology, amount).await?;
    let first_from = quiet.now();
    setup.say(&format!(
        "another organization has {TIMES} times as much to do"
    ));
    // Its contacts are new, which costs more than what comes later.
    tokio::time::sleep(WARM).await;
    let from = quiet.now();
    tokio::time::sleep(setup.hold()).await;
    let to = quiet.now();
    let flooded = flood.stop().await?;
    let kept = kept::compare(&topology.hub, &flooded.marker, &flooded.board).await?;
    topology.turn_to(&mut noisy);
    let seen = quiet.stop().await?;

    let mut outcome = Outcome::default();
    let ack = |from: Duration, to: Duration| seen.ack_p99_ms(|at| at >= from && at < to);
    let delivery =
        |from: Duration, to: Duration| seen.delivery_p99_ms(|due| due >= from && due < to);
    let limit = |base: Option<f64>| round(base.unwrap_or_default() * HIGHER);
    let base = ack(WARM, first_from);
    outcome.fact("ack_p99_ms_before", base);
    outcome.fact("ack_p99_ms_at_first", ack(first_from, from));
    outcome.at_most("ack_p99_ms_beside_noise", ack(from, to), limit(base));
    let base = delivery(WARM, first_from);
    outcome.fact("delivery_p99_ms_before", base);
    outcome.at_most(
        "delivery_p99_ms_beside_noise",
        delivery(from, to),
        limit(base),
    );
    let rate = flooded.board.acked_count() as f64 / (to - first_from).as_secs_f64();
    let times = rate / setup.size.rate;
    outcome.at_least("noise_acked_times", Some(times), LEAST_TIMES);
    outcome.fact("noise_ack_p99_ms", flooded.ack_p99_ms(|_| true));
    outcome.none("noise_lost", kept.lost);
    outcome.none("noise_doubled", kept.doubled);
    outcome.none("noise_unanswered", flooded.posted.unanswered);
    checker::check(&mut topology, &seen, &mut outcome).await?;
    topology.close(outcome.is_good());
    Ok(outcome)
}
