//! F-29 and F-30: a message makes whoever handles it panic, or ends the thread on which many conversations live.

use std::time::{Duration, Instant};

use anyhow::ensure;

use crate::drill::broken::{ENDS_THREAD, POISON, has_faults};
use crate::drill::checker;
use crate::drill::outcome::Outcome;
use crate::drill::setup::Setup;
use crate::drill::topology::{Customer, Topology};
use crate::drill::traffic::Traffic;
use crate::load::report::round;

const WARM: Duration = Duration::from_secs(2);
/// Until then a message that nobody can handle lies in quarantine.
const PUT_ASIDE_S: f64 = 60.0;
/// By then whoever lives on the thread is served again.
const BACK_S: f64 = 2.0;
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// Between two times that something is broken.
const BETWEEN: Duration = Duration::from_millis(500);

/// Some of many messages are poison.
pub async fn messages(setup: &Setup) -> anyhow::Result<Outcome> {
    has_faults(&setup.binary).await?;
    let mut topology = setup.topology(&setup.wants()).await?;
    topology.break_at(Some(&format!("{POISON}=return"))).await?;
    let traffic = Traffic::start(&topology, setup.load()).await?;
    tokio::time::sleep(WARM).await;
    let mut nemesis = setup.nemesis();
    let (mut slowest, mut refused) = (Duration::ZERO, 0);
    for number in 0..setup.size.amount {
        tokio::time::sleep(nemesis.pause(BETWEEN)).await;
        let victim = nemesis.pick(topology.nodes.len());
        let sick = Customer::number(number);
        let began = Instant::now();
        let posted = topology.post(victim, &sick, POISON).await?;
        // It is ours to keep: asked again, the provider would send it for a week.
        refused += u64::from(posted.status != 200);
        slowest = slowest.max(began.elapsed());
        // Whoever wrote it is served like everybody else.
        let next = topology.post(victim, &sick, "And now?").await?;
        refused += u64::from(next.status != 200);
    }
    let waiting = quarantine(&topology).await?;
    setup.say(&format!("{} messages lie in quarantine", waiting.len()));
    let ended = topology.ended();
    // A hub that is mended takes them in.
    topology.break_at(None).await?;
    let mut replayed = 0;
    let mut rest = topology.rest()?;
    for id in &waiting {
        let path = format!("/api/v1/quarantine/{id}/replay");
        let answer = rest.ask("POST", &path, None, "").await?;
        ensure!(
            answer.is_good(),
            "a replay was answered {}",
            answer.problem()
        );
        replayed += 1;
    }
    let seen = traffic.stop().await?;
    let mut outcome = Outcome::default();
    outcome.none(
        "missing_in_quarantine",
        setup.size.amount.abs_diff(waiting.len() as u64),
    );
    outcome.none("not_answered_200", refused);
    outcome.at_most(
        "slowest_put_aside_s",
        Some(round(slowest.as_secs_f64())),
        PUT_ASIDE_S,
    );
    outcome.none("nodes_ended_of_poison", ended);
    outcome.none(
        "left_in_quarantine",
        quarantine(&topology).await?.len() as u64,
    );
    outcome.none(
        "replayed_not_stored",
        setup.size.amount.abs_diff(said(&topology, POISON).await?),
    );
    outcome.fact("replayed", replayed);
    checker::check(&mut topology, &seen, &mut outcome).await?;
    topology.close(outcome.is_good());
    Ok(outcome)
}

/// The thread of some conversations ends.
pub async fn threads(setup: &Setup) -> anyhow::Result<Outcome> {
    has_faults(&setup.binary).await?;
    let mut topology = setup.topology(&setup.wants()).await?;
    topology
        .break_at(Some(&format!("{ENDS_THREAD}=return")))
        .await?;
    let traffic = Traffic::start(&topology, setup.load()).await?;
    tokio::time::sleep(WARM).await;
    let mut nemesis = setup.nemesis();
    let (mut slowest, mut acked) = (Duration::ZERO, 0_u64);
    for number in 0..u64::from(setup.size.rounds) {
        tokio::time::sleep(nemesis.pause(setup.hold())).await;
        let victim = nemesis.pick(topology.nodes.len());
        let customer = Customer::number(number);
        let began = Instant::now();
        // It may be answered or not: the thread that answers is gone.
        let posted = topology.post(victim, &customer, ENDS_THREAD).await;
        acked += u64::from(posted.is_ok_and(|posted| posted.status == 200));
        // The same conversation, so the same place for its thread.
        while topology
            .post(victim, &customer, "Still there?")
            .await?
            .status
            != 200
        {
            ensure!(
                began.elapsed().as_secs_f64() < 10.0 * BACK_S,
                "nobody answers any more"
            );
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        slowest = slowest.max(began.elapsed());
        setup.say(&format!(
            "end {}: node {} answers again after {:.2?}, {} acknowledged",
            number + 1,
            victim + 1,
            began.elapsed(),
            traffic.acked()
        ));
    }
    let seen = traffic.stop().await?;
    let mut outcome = Outcome::default();
    outcome.at_most("slowest_back_s", Some(round(slowest.as_secs_f64())), BACK_S);
    let stored = said(&topology, ENDS_THREAD).await?;
    outcome.none("last_words_acked_and_lost", acked.saturating_sub(stored));
    outcome.fact("threads_ended", setup.size.rounds);
    outcome.fact("last_words_acked", acked);
    checker::check(&mut topology, &seen, &mut outcome).await?;
    topology.close(outcome.is_good());
    Ok(outcome)
}

/// The ids of what lies in quarantine.
async fn quarantine(topology: &Topology) -> anyhow::Result<Vec<String>> {
    let mut rest = topology.rest()?;
    let answer = rest
        .get("/api/v1/quarantine?resolved=false&limit=100")
        .await?;
    ensure!(
        answer.is_good(),
        "the quarantine is not shown: {}",
        answer.problem()
    );
    let body = answer.body();
    let rows = body["data"].as_array().into_iter().flatten();
    Ok(rows
        .filter_map(|row| row["id"].as_str().map(str::to_owned))
        .collect())
}

/// How many messages with this text are stored.
async fn said(topology: &Topology, text: &str) -> anyhow::Result<u64> {
    let count = format!("select count(*) from messages where text = '{text}'");
    topology.postgres.count(&count).await
}
