//! F-21: the agents' network goes away, by turns with a cut and in silence. They come back with their cursor and hear
//! what they missed, once.

use std::collections::HashMap;
use std::time::Duration;

use crate::drill::checker::{self, p99_ms};
use crate::drill::outcome::Outcome;
use crate::drill::proxy::{Link, Way};
use crate::drill::setup::Setup;
use crate::drill::topology::Topology;
use crate::drill::traffic::{Seen, Traffic};
use crate::load::socket::Watched;

const PAUSE: Duration = Duration::from_secs(4);
/// A client that hears nothing for 35 seconds notices by itself: at the latest so long after the link is back.
const NOTICES: Duration = Duration::from_secs(12);
const CAUGHT_UP_P99_MS: f64 = 1_000.0;
/// What the figures of both kinds are called, and which rounds they are of.
const KINDS: [(&str, usize); 2] = [("caught_up_p99_ms_cut", 0), ("caught_up_p99_ms_silent", 1)];

/// Runs the drill.
pub async fn run(setup: &Setup) -> anyhow::Result<Outcome> {
    let mut wants = setup.wants();
    wants.proxies.agents = true;
    let mut topology = setup.topology(&wants).await?;
    let traffic = Traffic::start(&topology, setup.load()).await?;
    let mut restored = Vec::new();
    let long = Duration::from_secs(setup.size.amount);
    let holds = (0..setup.size.rounds).map(|_| setup.hold());
    let holds = holds.chain([long; 2].into_iter().filter(|long| !long.is_zero()));
    for (round, hold) in (1_u32..).zip(holds) {
        tokio::time::sleep(PAUSE).await;
        let (link, how) = match round % 2 {
            1 => (Link::Reset, "cut"),
            _ => (Link::Silent(Way::Both), "silent"),
        };
        setup.say(&format!(
            "{round}: all agents' links are {how} for {hold:.0?}"
        ));
        set(&topology, link);
        tokio::time::sleep(hold).await;
        set(&topology, Link::Pass);
        restored.push(traffic.now());
        tokio::time::sleep(NOTICES).await;
    }
    let seen = traffic.stop().await?;
    let mut outcome = Outcome::default();
    let away = restored.iter().enumerate().map(|(at, from)| {
        let next = restored.get(at + 1).copied();
        let away = seen.watched.iter().filter(|one| is_away(one, *from, next));
        away.count() as u64
    });
    outcome.none("not_back", away.sum());
    checker::check(&mut topology, &seen, &mut outcome).await?;
    for (name, is_wanted) in KINDS {
        let of_kind = restored
            .iter()
            .enumerate()
            .filter(|(at, _)| at % 2 == is_wanted);
        let of_kind = of_kind.map(|(at, from)| (*from, restored.get(at + 1).copied()));
        let times = catch_ups(&seen, of_kind);
        if !times.is_empty() {
            outcome.at_most(name, p99_ms(times.into_iter()), CAUGHT_UP_P99_MS);
        }
    }
    topology.close(outcome.is_good());
    Ok(outcome)
}

fn set(topology: &Topology, link: Link) {
    for proxy in topology
        .nodes
        .iter()
        .filter_map(|node| node.agents.as_ref())
    {
        proxy.set(link);
    }
}

/// For each socket and each time that the network came back, until the next time: how long it took to hear what it had
/// missed.
fn catch_ups(
    seen: &Seen,
    restored: impl Iterator<Item = (Duration, Option<Duration>)>,
) -> Vec<Duration> {
    let acked = seen.acked_at();
    let each = restored.flat_map(|(from, next)| {
        let acked = &acked;
        let of = move |one| catch_up(one, from, next, acked);
        seen.watched.iter().map(of)
    });
    each.collect()
}

/// Whether a socket heard nothing more from that time on.
fn is_away(one: &Watched, restored: Duration, next: Option<Duration>) -> bool {
    let is_of_this = |at: Duration| at >= restored && next.is_none_or(|next| at < next);
    !one.times.iter().any(|told| is_of_this(told.came))
}

/// Until the last message was told that the hub had acknowledged before the socket was back. The client's own pause
/// before it connects does not count.
fn catch_up(
    one: &Watched,
    restored: Duration,
    next: Option<Duration>,
    acked: &HashMap<u64, Duration>,
) -> Duration {
    let is_of_this = |at: &Duration| *at >= restored && next.is_none_or(|next| *at < next);
    let connected = one.connected.iter().copied().find(is_of_this);
    let from = connected.unwrap_or(restored);
    let missed = one.times.iter().filter(|told| {
        let was_acked = acked.get(&told.number).is_some_and(|at| *at < from);
        was_acked && is_of_this(&told.came)
    });
    let took = missed.map(|told| told.came.saturating_sub(from));
    took.max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::board::Board;
    use crate::load::judge::Judge;
    use crate::load::report::histogram;
    use crate::load::socket::Told;

    fn seconds(seconds: &[u64]) -> Vec<Duration> {
        seconds.iter().copied().map(Duration::from_secs).collect()
    }

    #[test]
    fn a_socket_has_caught_up_when_it_heard_what_was_acknowledged_before_it_was_back() {
        let told = |number, came| Told {
            number,
            due: Duration::ZERO,
            came: Duration::from_secs(came),
        };
        let one = Watched {
            push: histogram(),
            verdict: Judge::new(1, 1).verdict(&Board::new(1)),
            reconnects: 1,
            frames: 3,
            reloads: 0,
            ended: None,
            missing: Vec::new(),
            connected: seconds(&[4, 21, 60]),
            times: vec![told(1, 22), told(2, 24), told(3, 30)],
        };
        let acked = (1..).zip(seconds(&[15, 20, 29])).collect();
        let after = |restored| {
            let next = Some(Duration::from_secs(50));
            catch_up(&one, Duration::from_secs(restored), next, &acked)
        };
        assert_eq!(after(20), Duration::from_secs(3));
        // This one kept its connection.
        assert_eq!(after(22), Duration::from_secs(2));
        assert_eq!(after(40), Duration::ZERO);
        assert!(!is_away(&one, Duration::from_secs(20), None));
        assert!(is_away(&one, Duration::from_secs(31), None));
    }
}
