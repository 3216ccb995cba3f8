//! F-17: a third of the sends end without a clear answer: a broken page, silence, or a cut after the message was taken.

use anyhow::Context;

use crate::drill::checker;
use crate::drill::commands::{self, Desk, Work};
use crate::drill::outcome::Outcome;
use crate::drill::sent::{self, Doubts};
use crate::drill::setup::Setup;
use crate::drill::topology::willing;
use crate::drill::traffic::Traffic;
use crate::simulator::{Fault, Misbehaviour, Operation};

/// The load's own contacts are far below.
const FIRST: u64 = 100_000;
/// To each contact: a conversation has one message on the way at a time, so several in a row that are not answered take
/// as much longer.
const SENDS_EACH: u64 = 2;
/// Longer than the hub waits for an answer.
const SILENCE_MS: u64 = 35_000;
/// Of what the orders before it left over, so that each is a tenth of all.
const FAULTS: [(f64, Misbehaviour); 3] = [
    (0.1, Misbehaviour::ResetAfter),
    (0.111, Misbehaviour::Http { status: 502 }),
    (0.125, Misbehaviour::Delay { ms: SILENCE_MS }),
];

/// Runs the drill.
pub async fn run(setup: &Setup) -> anyhow::Result<Outcome> {
    let mut wants = setup.wants();
    wants.provider = Some(willing());
    let mut topology = setup.topology(&wants).await?;
    let traffic = Traffic::start(&topology, setup.load()).await?;
    let contacts = setup.size.amount / SENDS_EACH;
    commands::open_windows(&topology, 0, FIRST..FIRST + contacts).await?;
    let provider = topology.simulator.as_ref().context("no provider")?;
    for (share, what) in FAULTS {
        provider.order(Fault {
            on: Operation::Send,
            times: None,
            share,
            phone_number_id: None,
            to: None,
            what,
        });
    }
    let work = Work {
        rate: setup.size.rate / 2.0,
        count: Some(setup.size.amount),
        first: FIRST,
        contacts,
        ..Work::default()
    };
    let done = Desk::start(&topology, &work)?.finish().await?;
    setup.say(&format!(
        "{} sends were taken; a third is unclear",
        done.len()
    ));
    let seen = traffic.stop().await?;
    let mut outcome = Outcome::default();
    sent::check(&topology, &done, Doubts::MayStay, &mut outcome).await?;
    checker::check(&mut topology, &seen, &mut outcome).await?;
    let provider = topology.simulator.as_ref().context("no provider")?;
    let attempts = provider.attempts();
    let never = attempts.iter().filter(|one| one.accepted == 0).count();
    outcome.fact("attempts_never_accepted", never);
    topology.close(outcome.is_good());
    Ok(outcome)
}
