//! F-02: nodes end at the worst moments: between what is written and what is told, before and after a POST.

use std::time::{Duration, Instant};

use anyhow::ensure;

use crate::drill::broken::{PLACES, has_faults};
use crate::drill::checker;
use crate::drill::commands::{Desk, Work};
use crate::drill::outcome::Outcome;
use crate::drill::sent::{self, Doubts};
use crate::drill::setup::Setup;
use crate::drill::topology::{Topology, willing};
use crate::drill::traffic::Traffic;

const CONTACTS: u32 = 200;
const OPENING: Duration = Duration::from_secs(3);
/// A node that does not come by the place until then never will.
const ENDS: Duration = Duration::from_secs(60);
/// It goes by the place so often at most before it ends there.
const MOST_PASSES: usize = 60;
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// What still waits is posted before the judgement.
const AFTERWARDS: Duration = Duration::from_secs(2);

/// Runs the drill.
pub async fn run(setup: &Setup) -> anyhow::Result<Outcome> {
    has_faults(&setup.binary).await?;
    ensure!(setup.nodes >= 2, "somebody has to go on meanwhile");
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
        ..Work::default()
    };
    let desk = Desk::start(&topology, &work)?;
    let mut nemesis = setup.nemesis();
    let (mut ends, mut otherwise, mut never) = (0_u64, 0, 0);
    for round in 1..=setup.size.rounds {
        for place in PLACES {
            let passes = nemesis.pick(MOST_PASSES);
            // All of them, because one at a time sends for the number.
            let places = format!("{place}={passes}*off->return");
            topology.break_at(Some(&places)).await?;
            let began = Instant::now();
            let Some(victim) = first_end(&mut topology).await else {
                never += 1;
                setup.say(&format!("round {round}: nobody came by {place}"));
                continue;
            };
            ends += 1;
            otherwise += u64::from(!topology.nodes[victim].has_aborted());
            setup.say(&format!(
                "round {round}: node {} ended at {place} after {:.1?} ({passes} passes before), {} acknowledged",
                victim + 1,
                began.elapsed(),
                traffic.acked()
            ));
            for node in &mut topology.nodes {
                node.break_at(None);
                if !node.is_running() {
                    node.start().await?;
                }
            }
        }
    }
    // Those that did not end in the last round would while they are judged.
    topology.break_at(None).await?;
    tokio::time::sleep(AFTERWARDS).await;
    let done = desk.stop().await?;
    let seen = traffic.stop().await?;
    let mut outcome = Outcome::default();
    outcome.none("never_ended", never);
    outcome.none("ended_otherwise", otherwise);
    outcome.fact("places", PLACES.len());
    outcome.fact("ends", ends);
    sent::check(&topology, &done, Doubts::MayStay, &mut outcome).await?;
    checker::check(&mut topology, &seen, &mut outcome).await?;
    topology.close(outcome.is_good());
    Ok(outcome)
}

/// Which node ended first; None when none does.
async fn first_end(topology: &mut Topology) -> Option<usize> {
    let began = Instant::now();
    while began.elapsed() < ENDS {
        let ended = topology
            .nodes
            .iter_mut()
            .position(|node| !node.is_running());
        if ended.is_some() {
            return ended;
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    None
}
