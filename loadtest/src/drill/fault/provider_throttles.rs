//! F-16: the provider lets a number send 80 messages a second, and much more is to go out through all nodes.

use std::time::{Duration, Instant};

use crate::drill::checker;
use crate::drill::commands::{Again, Desk, Work};
use crate::drill::outcome::Outcome;
use crate::drill::sent::{self, Doubts};
use crate::drill::setup::Setup;
use crate::drill::topology::Topology;
use crate::drill::traffic::Traffic;
use crate::load::report::round;
use crate::simulator::{Attempt, Behaviour, Tier};

const CONTACTS: u32 = 400;
/// All contacts wrote once by then.
const OPENING: Duration = Duration::from_secs(6);
/// Above what the number may send, so that a queue grows.
const SENDS_PER_SECOND: f64 = 300.0;
/// To one contact, beside what everybody gets: more than the 45 that it may get at once.
const TO_ONE: u64 = 50;
/// The load's first contact.
const ONE: &str = "19990000000";
/// Each of them that is too many waits for six seconds more.
const PATIENCE: Duration = Duration::from_secs(140);
/// Answers that say "too fast", in percent.
const MOST_THROTTLED: f64 = 2.0;
const MOST_PAIRS: f64 = 0.1;
/// Of what the provider allows, in percent.
const LEAST_RATE: f64 = 90.0;
const PER_NUMBER: i64 = 130_429;
const PER_PAIR: i64 = 131_056;
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// Runs the drill.
pub async fn run(setup: &Setup) -> anyhow::Result<Outcome> {
    let mut wants = setup.wants();
    wants.provider = Some(Behaviour {
        // The windows opened at the hub and not here.
        enforce_window: false,
        ..Behaviour::default()
    });
    wants.tier = Some(Tier::Standard);
    let mut topology = setup.topology(&wants).await?;
    let mut amount = setup.load();
    amount.contacts = CONTACTS;
    let traffic = Traffic::start(&topology, amount).await?;
    tokio::time::sleep(OPENING).await;
    let many = Work {
        rate: SENDS_PER_SECOND,
        count: Some(setup.size.amount.saturating_sub(TO_ONE)),
        contacts: u64::from(CONTACTS),
        again: Again::Always,
        ..Work::default()
    };
    let one = Work {
        count: Some(TO_ONE),
        contacts: 1,
        ..many.clone()
    };
    let (many, one) = (
        Desk::start(&topology, &many)?,
        Desk::start(&topology, &one)?,
    );
    let mut done = many.finish().await?;
    done.extend(one.finish().await?);
    setup.say(&format!("{} sends were taken", done.len()));
    arrive(&topology, done.len()).await;
    let seen = traffic.stop().await?;
    let mut outcome = Outcome::default();
    sent::check(&topology, &done, Doubts::MustNot, &mut outcome).await?;
    if let Some(provider) = &topology.simulator {
        judge(&provider.attempts(), &mut outcome);
    }
    checker::check(&mut topology, &seen, &mut outcome).await?;
    topology.close(outcome.is_good());
    Ok(outcome)
}

/// Waits until the provider has them, or for longer than it should take.
async fn arrive(topology: &Topology, count: usize) {
    let patience = Duration::from_secs_f64(count as f64 / Tier::Standard.per_second());
    let patience = patience + PATIENCE;
    let begin = Instant::now();
    while begin.elapsed() < patience {
        let totals = topology
            .simulator
            .as_ref()
            .map(|provider| provider.totals());
        if totals.is_none_or(|totals| totals.accepted >= count as u64) {
            return;
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

fn judge(attempts: &[Attempt], outcome: &mut Outcome) {
    let posts: u32 = attempts.iter().map(|attempt| attempt.posts).sum();
    let refused = |code| {
        let all = attempts.iter().flat_map(|attempt| &attempt.refused);
        let count = all.filter(|refused| **refused == code).count();
        count as f64 * 100.0 / f64::from(posts.max(1))
    };
    outcome.at_most(
        "throttled_percent",
        Some(refused(PER_NUMBER)),
        MOST_THROTTLED,
    );
    outcome.at_most(
        "pair_throttled_percent",
        Some(refused(PER_PAIR)),
        MOST_PAIRS,
    );
    let rate = rate(attempts, Tier::Standard.per_second());
    let percent = rate.map(|rate| rate * 100.0 / Tier::Standard.per_second());
    outcome.at_least("rate_percent_of_limit", percent, LEAST_RATE);
    outcome.fact("rate_per_second", rate.map(round));
    outcome.fact("posts", posts);
}

/// Messages accepted each second once the bucket's first fill of `burst` is gone. Of the one contact that gets too many
/// the last ones come long after all others.
fn rate(attempts: &[Attempt], burst: f64) -> Option<f64> {
    let is_one = |attempt: &Attempt| {
        let to = attempt.body["to"].as_str().unwrap_or_default();
        to.trim_start_matches('+') == ONE
    };
    let accepted = attempts.iter().filter(|attempt| attempt.accepted > 0);
    let accepted = accepted.filter(|attempt| !is_one(attempt));
    let times: Vec<i64> = accepted.map(|attempt| attempt.first_at_ms).collect();
    let (first, last) = (times.iter().min()?, times.iter().max()?);
    let seconds = (last - first) as f64 / 1000.0;
    (seconds > 0.0).then(|| (times.len() as f64 - burst).max(0.0) / seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_bucket_held_at_first_is_no_rate() {
        let at = |first_at_ms| Attempt {
            first_at_ms,
            accepted: 1,
            ..Attempt::default()
        };
        let attempts: Vec<Attempt> = (0..=100).map(|number| at(number * 100)).collect();
        let seen = rate(&attempts, 1.0);
        assert_eq!(seen, Some(10.0));
        assert_eq!(rate(&[at(5)], 1.0), None);
    }
}
