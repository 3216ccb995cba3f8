//! F-31: one customer floods a conversation. The others are served as before.

use std::time::Duration;

use super::memory::Peak;
use crate::drill::checker;
use crate::drill::kept;
use crate::drill::outcome::Outcome;
use crate::drill::setup::Setup;
use crate::drill::traffic::{Amount, Traffic};
use crate::load::report::round;

const WARM: Duration = Duration::from_secs(3);
/// Nodes remember what was told in the last half minute: only then do they have the memory that they have any day.
const BEFORE: Duration = Duration::from_secs(35);
const BETWEEN: Duration = Duration::from_secs(10);
/// The burst is due within this time.
const WITHIN_S: f64 = 1.0;
/// More than the hub lets wait for one conversation.
const CONNECTIONS: usize = 1_200;
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// Until all of it is stored.
const PATIENCE: Duration = Duration::from_secs(60);
/// The goal of an answer at any time.
const QUICK_MS: f64 = 250.0;
const HIGHER: f64 = 1.2;
const MOST_MIB: f64 = 32.0;

/// Runs the drill.
pub async fn run(setup: &Setup) -> anyhow::Result<Outcome> {
    let mut topology = setup.topology(&setup.wants()).await?;
    let traffic = Traffic::start(&topology, setup.load()).await?;
    tokio::time::sleep(WARM + BEFORE).await;
    let mut hot = Vec::new();
    let mut bursts = Vec::new();
    let peak = Peak::watch(&topology)?;
    for burst in 1..=setup.size.rounds {
        let from = traffic.now();
        let amount = Amount {
            rate: setup.size.amount as f64 / WITHIN_S,
            contacts: 1,
            // Any connection writes for the one.
            zipf: 1.0,
            connections: CONNECTIONS,
            agents: 0,
            ramp: Duration::ZERO,
            longest: Duration::from_secs(1),
            ..Amount::default()
        };
        let flood = Traffic::start(&topology, amount).await?;
        while flood.acked() < setup.size.amount && flood.now() < PATIENCE {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        let to = traffic.now();
        setup.say(&format!(
            "burst {burst}: {} messages to one conversation took {:.2?}",
            flood.acked(),
            to.saturating_sub(from)
        ));
        hot.push(flood.stop().await?);
        bursts.push((from, to));
        tokio::time::sleep(BETWEEN).await;
    }
    let grown = peak.grown().await?;
    let seen = traffic.stop().await?;
    let mut outcome = Outcome::default();
    let first = bursts.first().map(|burst| burst.0).unwrap_or_default();
    let base = seen.ack_p99_ms(|at| at >= WARM && at < first);
    outcome.fact("others_ack_p99_ms_before", base);
    let limit = (base.unwrap_or_default() * HIGHER).max(QUICK_MS);
    let is_burst = |at: Duration| bursts.iter().any(|(from, to)| at >= *from && at < *to);
    outcome.at_most("others_ack_p99_ms", seen.ack_p99_ms(is_burst), round(limit));
    outcome.at_most("grown_mib", grown, MOST_MIB);
    let (mut lost, mut doubled, mut unanswered, mut acked) = (0, 0, 0, 0);
    for one in &hot {
        let kept = kept::compare(&topology.hub, &one.marker, &one.board).await?;
        lost += kept.lost;
        doubled += kept.doubled;
        unanswered += one.posted.unanswered;
        acked += one.board.acked_count();
    }
    outcome.none("hot_lost", lost);
    outcome.none("hot_doubled", doubled);
    outcome.none("hot_unanswered", unanswered);
    let wanted = u64::from(setup.size.rounds) * setup.size.amount;
    outcome.at_least("hot_acked", Some(acked as f64), wanted as f64);
    let slowest = bursts.iter().map(|(from, to)| *to - *from).max();
    outcome.fact(
        "slowest_burst_s",
        slowest.map(|time| round(time.as_secs_f64())),
    );
    checker::check(&mut topology, &seen, &mut outcome).await?;
    topology.close(outcome.is_good());
    Ok(outcome)
}
