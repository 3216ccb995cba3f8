//! F-21: the agents' network goes away, by turns with a cut and in silence. They come back with their cursor and hear
//! what they missed, once.

use std::time::Duration;

use crate::drill::checker::{self, p99_ms};
use crate::drill::outcome::Outcome;
use crate::drill::proxy::{Link, Way};
use crate::drill::setup::Setup;
use crate::drill::topology::Topology;
use crate::drill::traffic::{Seen, Traffic};
use crate::load::socket::Watched;

const PAUSE: Duration = Duration::from_secs(4);
/// A client that heard nothing for longer than the hub's beats take notices by itself within this time.
const NOTICES: Duration = Duration::from_secs(12);
const CAUGHT_UP_P99_MS: f64 = 1_000.0;

/// Runs the drill.
pub async fn run(setup: &Setup) -> anyhow::Result<Outcome> {
    let mut wants = setup.wants();
    wants.proxies.agents = true;
    let mut topology = setup.topology(&wants).await?;
    let traffic = Traffic::start(&topology, setup.load()).await?;
    let mut restored = Vec::new();
    for round in 1..=setup.size.rounds {
        tokio::time::sleep(PAUSE).await;
        let (link, how) = match round % 2 {
            1 => (Link::Reset, "cut"),
            _ => (Link::Silent(Way::Both), "silent"),
        };
        setup.say(&format!(
            "{round}: all agents' links are {how} for {:.0?}",
            setup.hold()
        ));
        set(&topology, link);
        tokio::time::sleep(setup.hold()).await;
        set(&topology, Link::Pass);
        restored.push(traffic.now());
        tokio::time::sleep(NOTICES).await;
    }
    let seen = traffic.stop().await?;
    let mut outcome = Outcome::default();
    checker::check(&topology, &seen, &mut outcome).await?;
    let times = catch_ups(&seen, &restored);
    let expected = restored.len() * seen.watched.len();
    outcome.none("never_caught_up", (expected - times.len()) as u64);
    outcome.at_most(
        "caught_up_p99_ms",
        p99_ms(times.into_iter()),
        CAUGHT_UP_P99_MS,
    );
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

/// For each socket and each time that the network came back: how long until it heard live news again.
fn catch_ups(seen: &Seen, restored: &[Duration]) -> Vec<Duration> {
    let of = |one| {
        restored
            .iter()
            .enumerate()
            .filter_map(move |(index, at)| catch_up(one, *at, restored.get(index + 1).copied()))
    };
    seen.watched.iter().flat_map(of).collect()
}

/// Events come in order: whoever hears of what happened after the connection has heard all that was before it. The
/// client's own pause before it connects does not count.
fn catch_up(one: &Watched, restored: Duration, next: Option<Duration>) -> Option<Duration> {
    let is_of_this = |at: &Duration| *at >= restored && next.is_none_or(|next| *at < next);
    let connected = one.connected.iter().copied().find(is_of_this);
    let from = connected.unwrap_or(restored);
    let live = one.times.iter().filter(|told| told.due >= from);
    live.map(|told| told.came.saturating_sub(from)).min()
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
    fn a_socket_has_caught_up_when_it_hears_live_news() {
        let told = |due, came| Told {
            number: 0,
            due: Duration::from_secs(due),
            came: Duration::from_secs(came),
        };
        let one = Watched {
            push: histogram(),
            verdict: Judge::new(1, 1).verdict(&Board::new(1)),
            reconnects: 1,
            reloads: 0,
            ended: None,
            missing: Vec::new(),
            connected: seconds(&[4, 21, 60]),
            times: vec![told(15, 22), told(22, 24), told(25, 26)],
        };
        let took = catch_up(&one, Duration::from_secs(20), Some(Duration::from_secs(50)));
        assert_eq!(took, Some(Duration::from_secs(3)));
        let kept_its_connection =
            catch_up(&one, Duration::from_secs(22), Some(Duration::from_secs(50)));
        assert_eq!(kept_its_connection, Some(Duration::from_secs(2)));
        assert_eq!(catch_up(&one, Duration::from_secs(50), None), None);
    }
}
