//! F-05: the node that sends for the number is stopped where it is, its work moves, and it wakes. It must not send or
//! write what others did meanwhile.

use std::time::{Duration, Instant};

use anyhow::bail;

use crate::drill::checker;
use crate::drill::commands::{Desk, Work};
use crate::drill::outcome::Outcome;
use crate::drill::sent::{self, Doubts};
use crate::drill::setup::Setup;
use crate::drill::topology::{Topology, willing};
use crate::drill::traffic::Traffic;
use crate::load::report::round;
use crate::simulator::Behaviour;

/// So many that each gets less than a message in six seconds, which is what the provider allows.
const CONTACTS: u32 = 1_000;
const OPENING: Duration = Duration::from_secs(12);
/// Who hears nothing asks another node; all would wait at the sleeping one otherwise.
const ANSWER: Duration = Duration::from_secs(1);
const CONNECTIONS: usize = 100;
/// Who wakes has given its lines up by then.
const GIVES_UP_S: f64 = 1.0;
/// Somebody else sends for the number, or the drill is pointless.
const MOVES: Duration = Duration::from_secs(10);
const ON_ITS_WAY: Duration = Duration::from_secs(10);
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// A node that just woke may answer late; that is measured too.
const LOOKS: Duration = Duration::from_secs(5);
const MEAN_PAUSE: Duration = Duration::from_secs(3);
/// Runs the drill.
pub async fn run(setup: &Setup) -> anyhow::Result<Outcome> {
    anyhow::ensure!(setup.nodes >= 2, "work moves to another node");
    let mut wants = setup.wants();
    wants.provider = Some(Behaviour {
        // Some POSTs are under way whenever the node is stopped.
        answer_ms: (50, 300),
        ..willing()
    });
    let mut topology = setup.topology(&wants).await?;
    let mut amount = setup.load();
    (amount.contacts, amount.connections, amount.answer) = (CONTACTS, CONNECTIONS, ANSWER);
    let traffic = Traffic::start(&topology, amount).await?;
    tokio::time::sleep(OPENING).await;
    let work = Work {
        rate: setup.size.rate / 2.0,
        contacts: u64::from(CONTACTS),
        answer: ANSWER,
        ..Work::default()
    };
    let desk = Desk::start(&topology, &work)?;
    let mut nemesis = setup.nemesis();
    let mut slowest_move = Duration::ZERO;
    let mut slowest_end = Duration::ZERO;
    let mut unmoved = 0;
    for round in 1..=setup.size.rounds {
        tokio::time::sleep(nemesis.pause(MEAN_PAUSE)).await;
        let owner = some_owner(&topology).await?;
        knows_its_lines(&topology, owner).await?;
        topology.nodes[owner].freeze().await?;
        let (frozen, until) = (Instant::now(), Instant::now() + setup.hold());
        let next = heir(&topology, owner).await?;
        let moved = frozen.elapsed();
        tokio::time::sleep_until(until.into()).await;
        topology.nodes[owner].thaw().await?;
        let gave_up = gives_up(&topology, owner).await?;
        match next {
            Some(next) => {
                slowest_move = slowest_move.max(moved);
                setup.say(&format!(
                    "round {round}: node {} slept, node {} sends after {moved:.1?}, lines given up {gave_up:.2?} after it woke",
                    owner + 1,
                    next + 1
                ));
            }
            None => unmoved += 1,
        }
        slowest_end = slowest_end.max(gave_up);
    }
    tokio::time::sleep(MEAN_PAUSE).await;
    let done = desk.stop().await?;
    let seen = traffic.stop().await?;
    let mut outcome = Outcome::default();
    outcome.none("not_moved", unmoved);
    outcome.at_most(
        "lines_given_up_s",
        Some(slowest_end.as_secs_f64()),
        GIVES_UP_S,
    );
    outcome.fact("slowest_move_s", round(slowest_move.as_secs_f64()));
    sent::check(&topology, &done, Doubts::MayStay, &mut outcome).await?;
    checker::check(&mut topology, &seen, &mut outcome).await?;
    topology.close(outcome.is_good());
    Ok(outcome)
}

/// Who sends for the number; it may be on its way from one node to another.
async fn some_owner(topology: &Topology) -> anyhow::Result<usize> {
    let begin = Instant::now();
    while begin.elapsed() < ON_ITS_WAY {
        if let Some(owner) = owner(topology, None).await? {
            return Ok(owner);
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    bail!("nobody sends for the number")
}

/// Who sends for the number by its own word; `but` is not asked.
async fn owner(topology: &Topology, but: Option<usize>) -> anyhow::Result<Option<usize>> {
    let key = topology.hub.token().unwrap_or_default();
    for (index, node) in topology.nodes.iter().enumerate() {
        if but == Some(index) {
            continue;
        }
        // A node that does not answer now is asked again by whoever asks.
        let lines = node.lines(key, LOOKS).await.unwrap_or_default();
        if lines.contains(&topology.session) {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

/// Waits until the figures of a node show what it sends for: they are written with each beat of its heart.
async fn knows_its_lines(topology: &Topology, owner: usize) -> anyhow::Result<()> {
    let begin = Instant::now();
    while topology.nodes[owner].line_count(LOOKS).await? == 0 {
        anyhow::ensure!(begin.elapsed() < LOOKS, "no figure shows its line");
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    Ok(())
}

/// Who sends instead of the one that sleeps, when anybody does in time.
async fn heir(topology: &Topology, asleep: usize) -> anyhow::Result<Option<usize>> {
    let begin = Instant::now();
    while begin.elapsed() < MOVES {
        if let Some(next) = owner(topology, Some(asleep)).await? {
            return Ok(Some(next));
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    Ok(None)
}

/// How long the node that woke says that it sends for the number, the only one.
async fn gives_up(topology: &Topology, woken: usize) -> anyhow::Result<Duration> {
    let begin = Instant::now();
    while begin.elapsed() < LOOKS {
        let count = topology.nodes[woken].line_count(LOOKS).await;
        if count.is_ok_and(|count| count == 0) {
            return Ok(begin.elapsed());
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    Ok(begin.elapsed())
}
