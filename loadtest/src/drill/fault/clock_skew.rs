//! F-26: the clock of one node is an hour ahead, then an hour behind. The database's clock decides who owns what, and no
//! token lives longer by it.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;

use crate::drill::checker;
use crate::drill::commands::{Desk, Work};
use crate::drill::outcome::Outcome;
use crate::drill::sent;
use crate::drill::setup::Setup;
use crate::drill::topology::{Topology, willing};
use crate::drill::traffic::Traffic;

const CONTACTS: u32 = 200;
const OPENING: Duration = Duration::from_secs(4);
/// Tokens live for an hour.
const SKEWS: [&str; 2] = ["+61m", "-61m"];
const HOUR_S: i64 = 3_600;
const LOOK_AGAIN: Duration = Duration::from_secs(1);
const LOOKS: Duration = Duration::from_secs(3);
const REFUSED: &str = "401";

/// Runs the drill.
pub async fn run(setup: &Setup) -> anyhow::Result<Outcome> {
    anyhow::ensure!(setup.nodes >= 2, "a clock differs from another");
    let library = library()?;
    let mut wants = setup.wants();
    wants.provider = Some(willing());
    let mut topology = setup.topology(&wants).await?;
    let mut amount = setup.load();
    amount.contacts = CONTACTS;
    let traffic = Traffic::start(&topology, amount).await?;
    tokio::time::sleep(OPENING).await;
    let work = Work {
        rate: setup.size.rate / 2.0,
        contacts: u64::from(CONTACTS),
        changes: true,
        ..Work::default()
    };
    let desk = Desk::start(&topology, &work)?;
    let mut nemesis = setup.nemesis();
    let (mut two_owners, mut taken, mut owned) = (0, 0, 0);
    for _ in 0..setup.size.rounds {
        for skew in SKEWS {
            let odd = nemesis.pick(topology.nodes.len());
            let node = &mut topology.nodes[odd];
            node.stop().await?;
            node.shift_clock(&library, Some(skew));
            node.start().await?;
            let ahead = node.clock_ahead_s().await?;
            anyhow::ensure!(ahead.abs() > HOUR_S, "the clock did not follow: {ahead} s");
            setup.say(&format!("the clock of node {} is {ahead} s ahead", odd + 1));
            taken += tokens_taken(&topology, odd).await?;
            let end = tokio::time::Instant::now() + setup.hold();
            let mut before = Vec::new();
            while tokio::time::Instant::now() < end {
                tokio::time::sleep(LOOK_AGAIN).await;
                let owners = owners(&topology).await;
                owned += u64::from(owners.contains(&odd));
                // One that hands over may show it for a moment.
                two_owners += u64::from(owners.len() > 1 && owners == before);
                before = owners;
            }
            let node = &mut topology.nodes[odd];
            node.stop().await?;
            node.shift_clock(&library, None);
            node.start().await?;
        }
    }
    let done = desk.stop().await?;
    let seen = traffic.stop().await?;
    let mut outcome = Outcome::default();
    outcome.none("two_owners", two_owners);
    outcome.none("ended_tokens_taken", taken);
    outcome.fact("looks_at_which_it_owned", owned);
    sent::check(&topology, &done, &mut outcome).await?;
    checker::check(&topology, &seen, &mut outcome).await?;
    outcome.none("nodes_ended", topology.ended());
    topology.close(outcome.is_good());
    Ok(outcome)
}

/// Where Debian's `faketime` keeps the library that shifts a process's clock.
fn library() -> anyhow::Result<PathBuf> {
    const NAME: &str = "faketime/libfaketimeMT.so.1";
    let folders = std::fs::read_dir("/usr/lib").context("/usr/lib can't be read")?;
    let found = folders.flatten().map(|folder| folder.path().join(NAME));
    let mut found = found.filter(|path| path.is_file());
    found.next().context("install Debian's faketime")
}

/// Tokens that a node took though they have ended by its own clock, of those that the odd node and another make.
async fn tokens_taken(topology: &Topology, odd: usize) -> anyhow::Result<u64> {
    let other = (odd + 1) % topology.nodes.len();
    let mut taken = 0;
    for (from, to) in [(odd, other), (other, odd)] {
        let log_in = topology.log_in(from).await?;
        let token = log_in.token().unwrap_or_default().to_owned();
        let me = topology.nodes[to].hub.clone().with_token(token).me().await;
        match me {
            // By the clock of the one behind, a token of the one ahead lives long.
            Ok(_) => taken += u64::from(is_ended(topology, from, to).await?),
            Err(error) if error.to_string().contains(REFUSED) => {}
            Err(error) => return Err(error.context("a token was neither taken nor refused")),
        }
    }
    Ok(taken)
}

/// Whether a token that `from` makes has ended by the clock of `to`: then that is more than an hour ahead.
async fn is_ended(topology: &Topology, from: usize, to: usize) -> anyhow::Result<bool> {
    let (from, to) = (&topology.nodes[from], &topology.nodes[to]);
    Ok(to.clock_ahead_s().await? - from.clock_ahead_s().await? > HOUR_S)
}

/// The nodes that say that they send for the number.
async fn owners(topology: &Topology) -> Vec<usize> {
    let key = topology.hub.token().unwrap_or_default();
    let mut owners = Vec::new();
    for (index, node) in topology.nodes.iter().enumerate() {
        // Who does not answer now is looked at again soon.
        let lines = node.lines(key, LOOKS).await.unwrap_or_default();
        if lines.contains(&topology.session) {
            owners.push(index);
        }
    }
    owners
}
