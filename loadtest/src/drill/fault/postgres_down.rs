//! F-06 and F-07: PostgreSQL is restarted without a checkpoint, or its postmaster is killed. No 200 without a commit,
//! and the nodes live on and acknowledge again soon after the database does.

use std::time::Duration;

use crate::drill::checker;
use crate::drill::outcome::Outcome;
use crate::drill::setup::Setup;
use crate::drill::topology::{Customer, Topology};
use crate::drill::traffic::Traffic;
use crate::load::report::round;

/// From the database's first connection to the first 200.
const RECOVERED: Duration = Duration::from_secs(3);
/// Between two blows, besides the time that the hub has to recover.
const MEAN_PAUSE: Duration = Duration::from_secs(2);
const AFTERWARDS: Duration = Duration::from_secs(3);

/// `pg_ctl restart -m immediate`, again and again.
pub async fn restarted(setup: &Setup) -> anyhow::Result<Outcome> {
    run(setup, Blow::Restart).await
}

/// `kill -9` of the postmaster, which stays away for a while.
pub async fn killed(setup: &Setup) -> anyhow::Result<Outcome> {
    run(setup, Blow::Kill).await
}

#[derive(Clone, Copy)]
enum Blow {
    Restart,
    Kill,
}

/// One time without a database.
struct Outage {
    gone: Duration,
    /// From when a commit was possible again at the earliest.
    starting: Duration,
    ready: Duration,
}

async fn run(setup: &Setup, blow: Blow) -> anyhow::Result<Outcome> {
    let mut topology = setup.topology(&setup.wants()).await?;
    let traffic = Traffic::start(&topology, setup.load()).await?;
    let mut nemesis = setup.nemesis();
    let mut outages = Vec::new();
    let mut refused = Refused::default();
    for number in 1..=setup.size.rounds {
        tokio::time::sleep(RECOVERED + nemesis.pause(MEAN_PAUSE)).await;
        let outage = match blow {
            Blow::Restart => restart(&topology, &traffic).await?,
            Blow::Kill => {
                let node = nemesis.pick(topology.nodes.len());
                kill(setup, &topology, &traffic, node, &mut refused).await?
            }
        };
        setup.say(&format!(
            "{number}: PostgreSQL is back after {:.2?}, {} acknowledged",
            outage.ready.saturating_sub(outage.gone),
            traffic.acked()
        ));
        outages.push(outage);
    }
    tokio::time::sleep(AFTERWARDS).await;
    let seen = traffic.stop().await?;
    let mut outcome = Outcome::default();
    checker::check(&mut topology, &seen, &mut outcome).await?;
    let first = outages
        .iter()
        .map(|outage| seen.first_acks_after(outage.ready));
    let slowest = first.collect::<Option<Vec<_>>>();
    let slowest = slowest.and_then(|all| all.into_iter().max());
    let limit = RECOVERED.as_secs_f64();
    outcome.at_most("first_ack_s", slowest.map(|time| time.as_secs_f64()), limit);
    if matches!(blow, Blow::Kill) {
        let without = seen.answers.iter().filter(|answer| {
            let down =
                |outage: &Outage| answer.began() > outage.gone && answer.at < outage.starting;
            answer.status == 200 && outages.iter().any(down)
        });
        outcome.none("acked_without_database", without.count() as u64);
        outcome.none("refused_without_retry_after", refused.without_retry_after);
        outcome.fact("asked_meanwhile", refused.asked);
        outcome.fact("asked_meanwhile_503", refused.unavailable);
    }
    let longest = outages
        .iter()
        .map(|outage| outage.ready.saturating_sub(outage.gone));
    let longest = longest.max().unwrap_or_default().as_secs_f64();
    outcome.fact("longest_outage_s", round(longest));
    topology.close(outcome.is_good());
    Ok(outcome)
}

async fn restart(topology: &Topology, traffic: &Traffic) -> anyhow::Result<Outage> {
    let gone = traffic.now();
    topology.postgres.restart().await?;
    let ready = traffic.now();
    Ok(Outage {
        gone,
        starting: gone,
        ready,
    })
}

async fn kill(
    setup: &Setup,
    topology: &Topology,
    traffic: &Traffic,
    node: usize,
    refused: &mut Refused,
) -> anyhow::Result<Outage> {
    topology.postgres.kill().await?;
    let gone = traffic.now();
    let hold = tokio::time::sleep(setup.hold());
    refused.ask(topology, node).await?;
    hold.await;
    let starting = traffic.now();
    topology.postgres.start_again().await?;
    Ok(Outage {
        gone,
        starting,
        ready: traffic.now(),
    })
}

/// What webhooks are answered while there is no database.
#[derive(Default)]
struct Refused {
    asked: u32,
    unavailable: u32,
    without_retry_after: u64,
}

impl Refused {
    async fn ask(&mut self, topology: &Topology, node: usize) -> anyhow::Result<()> {
        let answer = topology
            .post(node, &Customer::number(0), "Is anybody there?")
            .await?;
        self.asked += 1;
        if answer.status == 503 {
            self.unavailable += 1;
        }
        let is_told = answer.status == 503 && answer.has_retry_after;
        self.without_retry_after += u64::from(!is_told);
        Ok(())
    }
}
