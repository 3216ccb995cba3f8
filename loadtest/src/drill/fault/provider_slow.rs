//! F-18: the provider answers one number after ten seconds only. The other numbers must not notice.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::Context;

use crate::drill::checker::{self, p99_ms};
use crate::drill::commands::{self, Desk, Done, Work};
use crate::drill::outcome::Outcome;
use crate::drill::sent::{self, Doubts};
use crate::drill::setup::Setup;
use crate::drill::topology::{phone_number_id, willing};
use crate::drill::traffic::Traffic;
use crate::load::report::round;
use crate::simulator::{Attempt, Fault, Misbehaviour, Operation};

/// Numbers beyond the first.
const MORE: usize = 19;
/// The one that is answered late; the first is everybody's in other drills.
const SLOW: usize = 1;
/// Contacts of each number: so many that a message of each at a time is no bound.
const CONTACTS: u64 = 400;
/// All other numbers together send so many times as much as the slow one.
const OTHERS_TIMES: f64 = 3.0;
/// Of each number.
const CONNECTIONS: usize = 16;
const ANSWER_MS: u64 = 10_000;
const WARM: Duration = Duration::from_secs(4);
const BEFORE: Duration = Duration::from_secs(15);
/// What is this quick anyway may be later without anybody noticing.
const QUICK_MS: f64 = 250.0;
const HIGHER: f64 = 1.2;

/// Runs the drill.
pub async fn run(setup: &Setup) -> anyhow::Result<Outcome> {
    let mut wants = setup.wants();
    wants.more_numbers = MORE;
    wants.provider = Some(willing());
    let mut topology = setup.topology(&wants).await?;
    let traffic = Traffic::start(&topology, setup.load()).await?;
    for index in 0..=MORE {
        let contacts = first_contact(index)..first_contact(index + 1);
        commands::open_windows(&topology, index, contacts).await?;
    }
    let mut desks = Vec::new();
    for index in 0..=MORE {
        let session = match index.checked_sub(1) {
            None => topology.session.clone(),
            Some(more) => topology.more_sessions[more].clone(),
        };
        let rate = setup.size.amount as f64;
        let work = Work {
            rate: match index {
                SLOW => rate,
                _ => rate * OTHERS_TIMES / MORE as f64,
            },
            connections: CONNECTIONS,
            first: first_contact(index),
            contacts: CONTACTS,
            session: Some(session),
            ..Work::default()
        };
        desks.push(Desk::start(&topology, &work)?);
    }
    tokio::time::sleep(WARM + BEFORE).await;
    let provider = topology.simulator.as_ref().context("no provider")?;
    let slow_from = desks[SLOW].now();
    provider.order(Fault {
        on: Operation::Send,
        times: None,
        share: 1.0,
        phone_number_id: Some(phone_number_id(SLOW)),
        to: None,
        what: Misbehaviour::Delay { ms: ANSWER_MS },
    });
    setup.say("one number of twenty is answered after ten seconds");
    tokio::time::sleep(setup.hold()).await;
    let slow_to = desks[SLOW].now();
    provider.clear_faults();
    tokio::time::sleep(WARM).await;
    let (mut slow, mut others) = (Vec::new(), Vec::new());
    for (index, desk) in desks.into_iter().enumerate() {
        let done = desk.stop().await?;
        if index == SLOW {
            &mut slow
        } else {
            &mut others
        }
        .extend(done);
    }
    let seen = traffic.stop().await?;
    let mut outcome = Outcome::default();
    let attempts = topology.simulator.as_ref().map(|one| one.attempts());
    let attempts = attempts.unwrap_or_default();
    let came = came(&attempts);
    let age = |all: &[Done], from: Duration, to: Duration| {
        let due = all.iter().filter(|one| one.due >= from && one.due < to);
        p99_ms(due.filter_map(|one| {
            let came = came.get(one.mark.as_deref()?)?;
            Some(Duration::from_millis(
                u64::try_from(came - one.due_ms).unwrap_or(0),
            ))
        }))
    };
    let base = age(&others, WARM, slow_from);
    outcome.fact("others_age_p99_ms_before", base);
    let limit = (base.unwrap_or_default() * HIGHER).max(QUICK_MS);
    let during = age(&others, slow_from, slow_to);
    outcome.at_most("others_age_p99_ms", during, round(limit));
    let accepted = commands::p99(&others, |due| due >= WARM && due < slow_from);
    outcome.fact("others_answer_p99_ms_before", accepted);
    let accepted_limit = (accepted.unwrap_or_default() * HIGHER).max(QUICK_MS);
    let accepted = commands::p99(&others, |due| due >= slow_from && due < slow_to);
    outcome.at_most("others_answer_p99_ms", accepted, round(accepted_limit));
    outcome.fact("slow_age_p99_ms", age(&slow, slow_from, slow_to));
    others.extend(slow);
    sent::check(&topology, &others, Doubts::MustNot, &mut outcome).await?;
    checker::check(&mut topology, &seen, &mut outcome).await?;
    topology.close(outcome.is_good());
    Ok(outcome)
}

/// Contacts of a number; the load's own are far below.
const fn first_contact(index: usize) -> u64 {
    100_000 + index as u64 * CONTACTS
}

/// When the provider was asked first for each text, in milliseconds since 1970.
fn came(attempts: &[Attempt]) -> HashMap<&str, i64> {
    let mut came = HashMap::new();
    for attempt in attempts {
        if let Some(text) = attempt
            .body
            .pointer("/text/body")
            .and_then(|text| text.as_str())
        {
            let first: &mut i64 = came.entry(text).or_insert(attempt.first_at_ms);
            *first = attempt.first_at_ms.min(*first);
        }
    }
    came
}
