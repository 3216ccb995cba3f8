//! F-02: nodes end at the worst moments: between what is written and what is told, before and after a POST.

use std::time::{Duration, Instant};

use anyhow::ensure;

use crate::drill::broken::{PLACES, has_faults};
use crate::drill::checker;
use crate::drill::commands::{Desk, Work};
use crate::drill::outcome::Outcome;
use crate::drill::sent;
use crate::drill::setup::Setup;
use crate::drill::traffic::Traffic;
use crate::simulator::Behaviour;

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
    wants.provider = Some(Behaviour {
        enforce_rates: false,
        // The windows opened at the hub and not here.
        enforce_window: false,
        ..Behaviour::default()
    });
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
    let mut never = 0;
    for round in 1..=setup.size.rounds {
        for place in PLACES {
            let passes = nemesis.pick(MOST_PASSES);
            // One after the other, so that the work of each goes to the others.
            let victim = nemesis.pick(topology.nodes.len());
            let node = &mut topology.nodes[victim];
            node.stop().await?;
            node.break_at(Some(&format!("{place}={passes}*off->return")));
            let began = Instant::now();
            if let Err(error) = node.start().await {
                // It may come by the place before it is ready.
                ensure!(!node.is_running(), error);
            }
            let has_ended = loop {
                if !node.is_running() {
                    break true;
                }
                if began.elapsed() > ENDS {
                    break false;
                }
                tokio::time::sleep(LOOK_AGAIN).await;
            };
            if !has_ended {
                never += 1;
                node.kill()?;
            }
            let took = began.elapsed();
            node.break_at(None);
            node.start().await?;
            setup.say(&format!(
                "round {round}: node {} ended at {place} after {took:.1?} ({passes} passes before), {} acknowledged",
                victim + 1,
                traffic.acked()
            ));
        }
    }
    tokio::time::sleep(AFTERWARDS).await;
    let done = desk.stop().await?;
    let seen = traffic.stop().await?;
    let mut outcome = Outcome::default();
    outcome.none("never_ended", never);
    outcome.fact("places", PLACES.len());
    outcome.fact(
        "ends",
        u64::from(setup.size.rounds) * PLACES.len() as u64 - never,
    );
    sent::check(&topology, &done, &mut outcome).await?;
    checker::check(&topology, &seen, &mut outcome).await?;
    topology.close(outcome.is_good());
    Ok(outcome)
}
