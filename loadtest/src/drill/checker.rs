//! The judgement that all drills share: what was acknowledged is there, once, in order, and every agent was told of it.

use super::kept;
use super::outcome::Outcome;
use super::topology::Topology;
use super::traffic::Seen;
use crate::load::report;

/// Messages that have more than one row.
const DOUBLED_ROWS: &str = "select count(*) from (select from messages where provider_id like 'wamid.LT%' \
    group by session_id, provider_id having count(*) > 1) doubled";
/// Numbers that an organization's events left out.
const HOLES: &str = "select coalesce(sum(last - first + 1 - there), 0) from (select min(seq) first, max(seq) last, \
    count(*) there from events group by organization_id) streams";

/// Adds the figures of `seen` to a drill's own.
pub async fn check(
    topology: &mut Topology,
    seen: &Seen,
    outcome: &mut Outcome,
) -> anyhow::Result<()> {
    outcome.none("nodes_ended", topology.ended());
    let kept = kept::compare(&topology.hub, &seen.marker, &seen.board).await?;
    outcome.none("acked_lost", kept.lost);
    outcome.none("doubled", kept.doubled);
    outcome.none("unexpected", kept.unexpected);
    outcome.none("extra_conversations", kept.extra_conversations);
    if seen.has_order {
        outcome.none("out_of_order", kept.out_of_order);
    }
    tables(topology, outcome).await?;
    outcome.none("unanswered", seen.posted.unanswered);
    watched(seen, outcome);
    outcome.fact("webhooks", seen.posted.webhooks);
    outcome.fact("webhooks_twice", seen.posted.repeated);
    outcome.fact("acked", seen.board.acked_count());
    outcome.fact("stored", kept.messages);
    outcome.fact("posted_again", seen.posted.retries);
    outcome.fact("no_answer", seen.posted.broken);
    for (status, count) in seen.posted.not_200() {
        outcome.fact(&format!("answered_{status}"), count);
    }
    if !kept.lost_examples.is_empty() {
        outcome.fact("lost_examples", kept.lost_examples);
    }
    Ok(())
}

/// What the tables themselves say.
pub async fn tables(topology: &Topology, outcome: &mut Outcome) -> anyhow::Result<()> {
    outcome.none("doubled_rows", topology.postgres.count(DOUBLED_ROWS).await?);
    outcome.none("seq_holes", topology.postgres.count(HOLES).await?);
    Ok(())
}

/// What the agents were told.
fn watched(seen: &Seen, outcome: &mut Outcome) {
    let sum = |pick: fn(&crate::load::socket::Watched) -> u64| seen.watched.iter().map(pick).sum();
    outcome.none("agents_missed", sum(|one| one.verdict.lost));
    outcome.none("agents_told_twice", sum(|one| one.verdict.doubled));
    outcome.none("agents_seq_holes", sum(|one| one.verdict.seq_holes));
    outcome.none("agents_seq_repeats", sum(|one| one.verdict.seq_repeats));
    outcome.none("agents_reloads", sum(|one| one.reloads));
    outcome.fact("agents", seen.watched.len());
    let came_back: u64 = sum(|one| one.reconnects);
    outcome.fact("agents_came_back", came_back);
    outcome.fact("ack_p99_ms", seen.ack_p99_ms(|_| true));
    outcome.fact("delivery_p99_ms", seen.delivery_p99_ms(|_| true));
    let missing = seen.watched.iter().flat_map(|one| &one.missing).take(10);
    let missing: Vec<u64> = missing.copied().collect();
    if !missing.is_empty() {
        outcome.fact("missed_examples", missing);
    }
}

/// The 99th percentile in milliseconds; None of nothing.
pub fn p99_ms(times: impl Iterator<Item = std::time::Duration>) -> Option<f64> {
    let mut all: Vec<_> = times.collect();
    all.sort_unstable();
    let place = (all.len() * 99).div_ceil(100).checked_sub(1)?;
    let time = all.get(place)?;
    Some(report::round(time.as_secs_f64() * 1000.0))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn one_of_a_hundred_lies_above_the_p99() {
        let times = (1..=100).rev().map(Duration::from_millis);
        assert_eq!(p99_ms(times), Some(99.0));
        assert_eq!(p99_ms([Duration::from_millis(7)].into_iter()), Some(7.0));
        assert_eq!(p99_ms(std::iter::empty()), None);
    }
}
