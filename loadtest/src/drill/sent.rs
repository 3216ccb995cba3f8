//! The judgement on agents' commands: each was done, each message is at the provider once and in its thread once, and
//! what the thread says of it is true.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use super::commands::Done;
use super::outcome::Outcome;
use super::sends;
use super::threads::{self, Shown};
use super::topology::Topology;
use crate::load::report::round;

/// From the last send: by then every message has an end.
const RESOLVES: Duration = Duration::from_secs(150);
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Whether a message may stay in doubt that the provider never had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubts {
    /// Whoever sent it ended between its last word and the provider's first.
    MayStay,
    /// Nobody ended.
    MustNot,
}

/// How the messages stand that were taken.
#[derive(Debug, Default, PartialEq)]
struct Ends {
    /// The provider never had them, and the thread does not say so.
    lost: u64,
    /// In the thread more than once, or not at all.
    thread_doubled: u64,
    thread_lost: u64,
    /// Neither sent nor failed yet, or in doubt though the provider has them.
    open: BTreeMap<String, u64>,
    /// In doubt, and the provider never had them: nothing but a person can end that.
    in_doubt: u64,
    failed: u64,
    /// Shown as failed though the provider has them.
    untrue: u64,
}

/// Waits until every message has an end, and adds what became of all commands.
pub async fn check(
    topology: &Topology,
    all: &[Done],
    doubts: Doubts,
    outcome: &mut Outcome,
) -> anyhow::Result<()> {
    let last = all.iter().map(|done| done.due_ms).max().unwrap_or_default();
    let waited = || {
        let waited = chrono::Utc::now().timestamp_millis() - last;
        Duration::from_millis(u64::try_from(waited).unwrap_or(0))
    };
    let (accepted, ends) = loop {
        let shown = threads::outbound(topology).await?;
        // Read second: what a thread says was sent must be there by now.
        let accepted = topology.simulator.as_ref().map(sends::accepted);
        let accepted = accepted.unwrap_or_default();
        let ends = ends(all, &accepted, &shown);
        if ends.open.is_empty() || waited() > RESOLVES {
            break (accepted, ends);
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    };
    // Those that nobody was told of, too: what is unclear to the agent must not be done twice either.
    let marks = all.iter().filter_map(|done| done.mark.as_deref());
    let twice = marks.filter(|mark| accepted.get(*mark).is_some_and(|times| *times > 1));
    outcome.none("sends_lost", ends.lost);
    outcome.none("sends_doubled", twice.count() as u64);
    outcome.none("sends_unresolved", ends.open.values().sum());
    outcome.none("failed_but_delivered", ends.untrue);
    outcome.none("thread_lost", ends.thread_lost);
    outcome.none("thread_doubled", ends.thread_doubled);
    let undone = all.iter().filter(|done| !done.is_done).count();
    outcome.none("commands_undone", undone as u64);
    outcome.fact("commands", all.len());
    let messages = all.iter().filter(|done| done.id.is_some()).count();
    outcome.fact("sends", messages);
    outcome.none("sends_failed", ends.failed);
    match doubts {
        Doubts::MayStay => outcome.fact("sends_in_doubt", ends.in_doubt),
        Doubts::MustNot => outcome.none("sends_in_doubt", ends.in_doubt),
    }
    outcome.fact("resolved_after_s", round(waited().as_secs_f64()));
    for (status, count) in ends.open {
        outcome.fact(&format!("still_{status}"), count);
    }
    let mut failures: BTreeMap<&str, u64> = BTreeMap::new();
    for failure in all.iter().flat_map(|done| &done.failures) {
        *failures.entry(failure).or_default() += 1;
    }
    for (what, count) in failures {
        outcome.fact(&format!("commands_met_{}", what.replace(' ', "_")), count);
    }
    Ok(())
}

fn ends(all: &[Done], accepted: &HashMap<String, u32>, shown: &[Shown]) -> Ends {
    let mut ends = Ends::default();
    let mut times: HashMap<&str, u64> = HashMap::new();
    let mut statuses: HashMap<&str, &str> = HashMap::new();
    for one in shown {
        *times.entry(&one.text).or_default() += 1;
        statuses.insert(&one.id, &one.status);
    }
    for done in all {
        let Some(mark) = done.mark.as_deref() else {
            continue;
        };
        let times = times.get(mark).copied().unwrap_or_default();
        ends.thread_doubled += u64::from(times > 1);
        let Some(id) = done.id.as_deref() else {
            continue;
        };
        ends.thread_lost += u64::from(times == 0);
        let has_it = accepted.get(mark).is_some_and(|times| *times > 0);
        match statuses.get(id).copied().unwrap_or("missing") {
            "sent" | "delivered" | "read" if has_it => {}
            "sent" | "delivered" | "read" => ends.lost += 1,
            "failed" if has_it => ends.untrue += 1,
            "failed" => ends.failed += 1,
            "unknown" if !has_it => ends.in_doubt += 1,
            status => *ends.open.entry(status.to_owned()).or_default() += 1,
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(mark: &str) -> Done {
        Done {
            contact: 0,
            due: Duration::ZERO,
            due_ms: 0,
            end: Duration::ZERO,
            mark: Some(mark.to_owned()),
            is_done: true,
            id: Some(format!("msg_{mark}")),
            failures: Vec::new(),
        }
    }

    fn shown(mark: &str, status: &str) -> Shown {
        Shown {
            id: format!("msg_{mark}"),
            text: mark.to_owned(),
            status: status.to_owned(),
        }
    }

    #[test]
    fn a_thread_must_say_what_the_provider_knows() {
        let marks = ["good", "untrue", "doubt", "open", "lost", "twice", "gone"];
        let all: Vec<Done> = marks.into_iter().map(done).collect();
        let accepted = ["good", "untrue", "open", "twice"].map(|mark| (mark.to_owned(), 1));
        let thread = [
            shown("good", "read"),
            shown("untrue", "failed"),
            shown("doubt", "unknown"),
            shown("open", "unknown"),
            shown("lost", "sent"),
            shown("twice", "sent"),
            shown("twice", "sent"),
        ];
        let seen = ends(&all, &accepted.into(), &thread);
        let open = [("missing".to_owned(), 1), ("unknown".to_owned(), 1)];
        let wanted = Ends {
            lost: 1,
            thread_doubled: 1,
            thread_lost: 1,
            open: open.into(),
            in_doubt: 1,
            failed: 0,
            untrue: 1,
        };
        assert_eq!(seen, wanted);
    }
}
