//! F-22: three in ten answers to agents' sends are lost on the way, and the agents send again with the same key.

use std::time::Duration;

use crate::drill::checker;
use crate::drill::commands::{Desk, Work};
use crate::drill::outcome::Outcome;
use crate::drill::proxy::Link;
use crate::drill::sent::{self, Doubts};
use crate::drill::setup::Setup;
use crate::drill::topology::willing;
use crate::drill::traffic::Traffic;

const CONTACTS: u32 = 200;
const OPENING: Duration = Duration::from_secs(4);
const PERCENT: u8 = 30;
/// Fewer lost answers would show nothing, in percent.
const LEAST_LOST: f64 = 15.0;

/// Runs the drill.
pub async fn run(setup: &Setup) -> anyhow::Result<Outcome> {
    let mut wants = setup.wants();
    wants.proxies.agents = true;
    wants.provider = Some(willing());
    let mut topology = setup.topology(&wants).await?;
    let mut amount = setup.load();
    amount.contacts = CONTACTS;
    let traffic = Traffic::start(&topology, amount).await?;
    tokio::time::sleep(OPENING).await;
    for link in topology
        .nodes
        .iter()
        .filter_map(|node| node.agents.as_ref())
    {
        let seed = setup.seed;
        link.set(Link::Loses {
            percent: PERCENT,
            seed,
        });
    }
    let work = Work {
        rate: setup.size.rate,
        count: Some(setup.size.amount),
        contacts: u64::from(CONTACTS),
        proxied: true,
        ..Work::default()
    };
    let done = Desk::start(&topology, &work)?.finish().await?;
    let lost = done
        .iter()
        .flat_map(|one| &one.failures)
        .filter(|what| *what == "cut");
    let lost = lost.count() as f64 * 100.0 / done.len().max(1) as f64;
    let seen = traffic.stop().await?;
    let mut outcome = Outcome::default();
    outcome.at_least("answers_lost_percent_of_sends", Some(lost), LEAST_LOST);
    sent::check(&topology, &done, Doubts::MustNot, &mut outcome).await?;
    checker::check(&mut topology, &seen, &mut outcome).await?;
    topology.close(outcome.is_good());
    Ok(outcome)
}
