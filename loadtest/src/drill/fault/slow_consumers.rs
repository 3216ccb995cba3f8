//! F-24: some sockets read a kilobyte a second while everybody else reads as they should. The slow ones are cut, and
//! nobody else notices.

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;

use super::memory::Peak;
use crate::drill::checker;
use crate::drill::outcome::Outcome;
use crate::drill::setup::Setup;
use crate::drill::slow::Slow;
use crate::drill::traffic::Traffic;
use crate::load::hub::Hub;
use crate::load::report::round;
use crate::load::socket::subscribe;

const BEFORE: Duration = Duration::from_secs(10);
/// A kilobyte a second.
const SIP_BYTES: usize = 256;
/// Who has not taken so much is slow. The hub's own limit of frames can't be seen from here: the kernel takes some first.
const MOST_BYTES: usize = 1 << 20;
/// From then until the cut.
const CUT_S: f64 = 10.0;
const LONGEST: Duration = Duration::from_secs(60);
const MOST_MIB: f64 = 60.0;
/// The others may be so much slower, in percent.
const SLOWER: f64 = 20.0;
/// Below that nobody sees a difference, and chance decides.
const QUICK_MS: f64 = 50.0;

/// Runs the drill.
pub async fn run(setup: &Setup) -> anyhow::Result<Outcome> {
    let mut topology = setup.topology(&setup.wants()).await?;
    let traffic = Traffic::start(&topology, setup.load()).await?;
    tokio::time::sleep(BEFORE).await;
    let from = traffic.now();
    let peak = Peak::watch(&topology)?;
    let mut slow = JoinSet::new();
    for number in 0..setup.size.amount {
        let node = usize::try_from(number)? % topology.nodes.len();
        let one = Slow::connect(&topology.nodes[node].hub).await?;
        slow.spawn(one.sip(SIP_BYTES, LONGEST));
    }
    setup.say(&format!("{} sockets read slowly", slow.len()));
    let full = time_to_fill(&topology.hub).await?;
    let mut cuts = Vec::new();
    while let Some(cut) = slow.join_next().await {
        cuts.push(cut?);
    }
    let to = traffic.now();
    let grown = peak.grown().await?;
    let seen = traffic.stop().await?;
    let mut outcome = Outcome::default();
    checker::check(&mut topology, &seen, &mut outcome).await?;
    let never = cuts.iter().filter(|cut| cut.is_none()).count();
    outcome.none("never_cut", never as u64);
    let slowest = cuts.iter().flatten().max().map(Duration::as_secs_f64);
    let after = slowest.map(|slowest| (slowest - full.as_secs_f64()).max(0.0));
    outcome.at_most("slowest_cut_after_limit_s", after, CUT_S);
    outcome.at_most("grown_mib", grown, MOST_MIB);
    let base = seen.delivery_p99_ms(|due| due >= Duration::from_secs(2) && due < from);
    let during = seen.delivery_p99_ms(|due| due >= from && due < to);
    outcome.fact("base_p99_ms", base);
    outcome.fact("limit_reached_after_s", round(full.as_secs_f64()));
    outcome.fact("slow", setup.size.amount);
    let limit = (base.unwrap_or_default() * (1.0 + SLOWER / 100.0)).max(QUICK_MS);
    outcome.at_most("others_p99_ms", during, round(limit));
    topology.close(outcome.is_good());
    Ok(outcome)
}

/// How long it takes until the hub has sent so much to a socket that reads.
async fn time_to_fill(hub: &Hub) -> anyhow::Result<Duration> {
    let begin = Instant::now();
    let mut socket = subscribe(&hub.socket_url(), hub.token().unwrap_or_default(), None).await?;
    let mut bytes = 0;
    let fill = async {
        while bytes < MOST_BYTES {
            match socket.next().await {
                Some(Ok(Message::Text(text))) => bytes += text.len(),
                Some(Ok(_)) => {}
                _ => break,
            }
        }
    };
    // Too little happens: then the sockets have until the end.
    let _ = tokio::time::timeout(LONGEST, fill).await;
    Ok(begin.elapsed())
}
