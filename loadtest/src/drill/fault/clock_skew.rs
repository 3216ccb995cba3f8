//! F-26: the clock of one node is an hour ahead, then an hour behind. The database's clock decides who owns what, what is
//! due, and how long a token lives.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::drill::checker;
use crate::drill::commands::{Desk, Work};
use crate::drill::outcome::Outcome;
use crate::drill::sent::{self, Doubts};
use crate::drill::setup::Setup;
use crate::drill::topology::{Topology, willing};
use crate::drill::traffic::Traffic;

const CONTACTS: u32 = 200;
const OPENING: Duration = Duration::from_secs(4);
/// A token has ended by the first clock before it is shown, and lives on by the second one for an hour.
const SKEWS: [&str; 2] = ["+61m", BEHIND];
const BEHIND: &str = "-61m";
const LOG_IN_HOLDS: &str = "1m";
/// By then it has ended.
const ENDED: Duration = Duration::from_secs(65);
/// A node is started so often until it owns the number: each time one in three does.
const STARTS: u32 = 12;
/// What it owns is its own after this time.
const MOVES: Duration = Duration::from_secs(2);
const HOUR_S: i64 = 3_600;
const LOOK_AGAIN: Duration = Duration::from_secs(1);
const LOOKS: Duration = Duration::from_secs(3);
const REFUSED: &str = "401";
/// How far the time at which a token says that it was made may be from ours.
const APART_S: i64 = 5;

/// Runs the drill.
pub async fn run(setup: &Setup) -> anyhow::Result<Outcome> {
    anyhow::ensure!(setup.nodes >= 2, "a clock differs from another");
    let library = library()?;
    let mut wants = setup.wants();
    wants.provider = Some(willing());
    wants.log_in_holds = Some(LOG_IN_HOLDS);
    let mut topology = setup.topology(&wants).await?;
    let mut amount = setup.load();
    amount.contacts = CONTACTS;
    let begin = tokio::time::Instant::now();
    let ends = topology.log_in(0).await?;
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
    let (mut two_owners, mut refused, mut misdated, mut taken, mut owned) = (0, 0, 0, 0, 0_u64);
    for _ in 0..setup.size.rounds {
        for skew in SKEWS {
            let odd = nemesis.pick(topology.nodes.len());
            // Who owns what changes with each start of a node.
            for _ in 0..STARTS {
                let node = &mut topology.nodes[odd];
                node.stop().await?;
                node.shift_clock(&library, Some(skew));
                node.start().await?;
                tokio::time::sleep(MOVES).await;
                if owners(&topology).await.contains(&odd) {
                    break;
                }
            }
            let ahead = topology.nodes[odd].clock_ahead_s().await?;
            anyhow::ensure!(ahead.abs() > HOUR_S, "the clock did not follow: {ahead} s");
            setup.say(&format!("the clock of node {} is {ahead} s ahead", odd + 1));
            let bad = bad_tokens(&topology, odd).await?;
            refused += bad.refused;
            misdated += bad.misdated;
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
            if skew == BEHIND {
                tokio::time::sleep_until(begin + ENDED).await;
                let token = ends.token().unwrap_or_default().to_owned();
                taken += u64::from(is_taken(&topology, odd, token).await?);
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
    outcome.none("tokens_refused", refused);
    outcome.none("tokens_misdated", misdated);
    outcome.none("ended_tokens_taken", taken);
    outcome.at_least("looks_at_which_it_owned", Some(owned as f64), 1.0);
    sent::check(&topology, &done, Doubts::MustNot, &mut outcome).await?;
    checker::check(&mut topology, &seen, &mut outcome).await?;
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

#[derive(Default)]
struct BadTokens {
    /// Not taken by the other node.
    refused: u64,
    /// Made at another time than ours, by what they say.
    misdated: u64,
}

/// What is wrong with the tokens that the odd node and another make, each shown to the other one.
async fn bad_tokens(topology: &Topology, odd: usize) -> anyhow::Result<BadTokens> {
    let other = (odd + 1) % topology.nodes.len();
    let mut bad = BadTokens::default();
    for (from, to) in [(odd, other), (other, odd)] {
        let log_in = topology.log_in(from).await?;
        let token = log_in.token().unwrap_or_default().to_owned();
        let late = chrono::Utc::now().timestamp() - made_at(&token)?;
        bad.misdated += u64::from(late.abs() > APART_S);
        bad.refused += u64::from(!is_taken(topology, to, token).await?);
    }
    Ok(bad)
}

/// Whether a node takes a token.
async fn is_taken(topology: &Topology, node: usize, token: String) -> anyhow::Result<bool> {
    match topology.nodes[node]
        .hub
        .clone()
        .with_token(token)
        .me()
        .await
    {
        Ok(_) => Ok(true),
        Err(error) if error.to_string().contains(REFUSED) => Ok(false),
        Err(error) => Err(error.context("a token was neither taken nor refused")),
    }
}

/// When the token says that it was made, in seconds since 1970 (`iat` of RFC 7519).
fn made_at(token: &str) -> anyhow::Result<i64> {
    let claims = token.split('.').nth(1).context("not a JWT")?;
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims)?)?;
    claims["iat"].as_i64().context("a token without iat")
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
