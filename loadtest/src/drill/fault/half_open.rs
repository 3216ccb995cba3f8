//! F-25: the other ends of many sockets vanish without a word. The hub notices and gives their descriptors back.

use std::time::{Duration, Instant};

use anyhow::Context;
use futures_util::StreamExt;
use serde_json::Value;
use tokio::task::JoinSet;

use crate::drill::outcome::Outcome;
use crate::drill::proxy::{Link, Way};
use crate::drill::setup::Setup;
use crate::drill::{command, peer};
use crate::load::report::round;
use crate::load::socket::connect;

/// Until the last one is gone.
const GONE_S: f64 = 35.0;
const LONGEST: Duration = Duration::from_secs(90);
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// Sockets that are opened at a time.
const AT_ONCE: usize = 32;
/// Connections of pools come and go by themselves.
const SPARE: usize = 8;

/// Runs the drill on the first node.
pub async fn run(setup: &Setup) -> anyhow::Result<Outcome> {
    let mut wants = setup.wants();
    wants.agents = usize::try_from(setup.size.amount)?;
    wants.proxies.agents = true;
    let mut topology = setup.topology(&wants).await?;
    let node = topology.nodes.first().context("no node")?;
    let (pid, port) = (node.pid()?, node.port());
    let link = node.agents.as_ref().context("no proxy")?;
    let (base, base_descriptors) = (peer::count_open(port), command::descriptors(pid));
    let mut sockets = JoinSet::new();
    let tokens = topology.hub.socket_tokens();
    for number in 0..wants.agents {
        let token = tokens.get(number / 1000).or(tokens.last());
        let token = token.cloned().unwrap_or_default();
        let mut socket = connect(&node.socket_url(), &token, None).await?;
        // The first frame says that it is known.
        socket.next().await.context("a socket was closed")??;
        // A browser answers pings by itself, as long as its network lives.
        sockets.spawn(async move { while let Some(Ok(_)) = socket.next().await {} });
        if number % AT_ONCE == 0 {
            tokio::task::yield_now().await;
        }
    }
    let held = peer::count_open(port).saturating_sub(base);
    setup.say(&format!(
        "{held} sockets are open; now their links are silent"
    ));
    link.set(Link::Silent(Way::Both));
    let begin = Instant::now();
    let mut gone = None;
    while begin.elapsed() < LONGEST && gone.is_none() {
        tokio::time::sleep(LOOK_AGAIN).await;
        if peer::count_open(port) <= base {
            gone = Some(begin.elapsed().as_secs_f64());
        }
    }
    let left = peer::count_open(port).saturating_sub(base);
    let more = command::descriptors(pid).saturating_sub(base_descriptors + SPARE);
    let mut outcome = Outcome::default();
    outcome.at_least("half_open", Some(held as f64), wants.agents as f64);
    outcome.at_most("gone_after_s", gone.map(round), GONE_S);
    outcome.none("left_open", left as u64);
    outcome.none("descriptors_left", more as u64);
    outcome.fact("descriptors_before", Value::from(base_descriptors));
    outcome.none("nodes_ended", topology.ended());
    topology.close(outcome.is_good());
    Ok(outcome)
}
