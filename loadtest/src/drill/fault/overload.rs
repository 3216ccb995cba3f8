//! F-32: three times as many posts come as the nodes can take, those among them that repeat what was refused. They go on with
//! what they can, refuse the rest at once, and are as before soon afterwards. Whoever posts goes before them on the machine, when
//! the capacity is measured and when it is exceeded.

use std::time::Duration;

use crate::drill::behind;
use crate::drill::checker::{self, p99_ms};
use crate::drill::outcome::Outcome;
use crate::drill::setup::Setup;
use crate::drill::traffic::{Amount, Seen, Traffic};
use crate::load::report::round;

const CONTACTS: u32 = 1_000;
const WARM: Duration = Duration::from_secs(3);
/// How long the capacity is measured.
const CLOSED: Duration = Duration::from_secs(12);
/// So many that more of them would not bring more.
const CLOSED_CONNECTIONS: usize = 512;
const QUIET_CONNECTIONS: usize = 64;
/// Nobody repeats later than this, however low the rate.
const LONGEST_PAUSE: f64 = 2.0;
const TIMES: f64 = 3.0;
/// Fewer would be no such overload.
const LEAST_TIMES: f64 = 2.5;
/// More than the nodes take on at a time, or nobody would be refused.
const OPEN_CONNECTIONS: usize = 4_000;
/// The load of a quiet hour, as a share of the capacity.
const QUIET: f64 = 0.2;
/// Normal again after this time.
const SETTLED: Duration = Duration::from_secs(30);
const LOOKED_AT: Duration = Duration::from_secs(10);
const LEAST_GOODPUT: f64 = 80.0;
const ACCEPTED_MS: f64 = 1_000.0;
const REFUSED_MS: f64 = 50.0;
const NORMAL_MS: f64 = 250.0;

/// Runs the drill.
pub async fn run(setup: &Setup) -> anyhow::Result<Outcome> {
    let mut topology = setup.topology(&setup.wants()).await?;
    behind::put(&topology).await?;
    let amount = |rate, connections, longest| Amount {
        rate,
        connections,
        longest,
        contacts: CONTACTS,
        zipf: 0.1,
        agents: setup.size.agents,
        ..Amount::default()
    };
    // A machine's speed is not the same each minute, so it is measured twice.
    let capacity = async || {
        let length = WARM + CLOSED;
        let amount = amount(0.0, CLOSED_CONNECTIONS, length * 2);
        let closed = Traffic::start(&topology, amount).await?;
        tokio::time::sleep(length).await;
        let to = closed.now();
        anyhow::Ok(goodput(&closed.stop().await?, WARM, to))
    };
    let before = capacity().await?;
    let rate = match setup.size.rate {
        0.0 => before * TIMES,
        rate => rate,
    };
    setup.say(&format!(
        "{before:.0} webhooks a second in a closed loop; now {rate:.0}"
    ));
    // All connections together post no faster than that: what comes again is part of the three times.
    let pause = (OPEN_CONNECTIONS as f64 / rate).min(LONGEST_PAUSE);
    let pause = Duration::from_secs_f64(pause);
    let amount_over = Amount {
        pauses: (pause, pause),
        ..amount(rate, OPEN_CONNECTIONS, setup.hold() * 2)
    };
    let overload = Traffic::start(&topology, amount_over).await?;
    tokio::time::sleep(setup.hold()).await;
    let end = overload.now();
    let quiet = async {
        let longest = (SETTLED + LOOKED_AT) * 2;
        let amount = amount(before * QUIET, QUIET_CONNECTIONS, longest);
        let quiet = Traffic::start(&topology, amount).await?;
        tokio::time::sleep(SETTLED + LOOKED_AT).await;
        quiet.stop().await
    };
    let (seen, quiet) = tokio::join!(overload.stop(), quiet);
    let (seen, quiet) = (seen?, quiet?);
    let after = capacity().await?;
    let capacity = f64::midpoint(before, after);
    let mut outcome = Outcome::default();
    outcome.fact("capacity_before_per_second", round(before));
    outcome.fact("capacity_after_per_second", round(after));
    outcome.fact("offered_per_second", round(rate));
    let good = goodput(&seen, WARM, end);
    outcome.fact("goodput_per_second", round(good));
    let percent = (capacity > 0.0).then(|| good * 100.0 / capacity);
    outcome.at_least("goodput_percent", percent, LEAST_GOODPUT);
    let posts = seen
        .answers
        .iter()
        .filter(|answer| answer.at >= WARM && answer.at < end)
        .count();
    let posts = posts as f64 / (end - WARM).as_secs_f64();
    outcome.fact("posts_per_second", round(posts));
    outcome.at_least("posts_times_capacity", Some(posts / capacity), LEAST_TIMES);
    let took = |status: u16| {
        let answers = seen
            .answers
            .iter()
            .filter(move |answer| answer.status == status);
        let loaded = answers.filter(|answer| answer.at >= WARM && answer.at < end);
        p99_ms(loaded.map(|answer| answer.took))
    };
    outcome.at_most("accepted_p99_ms", took(200), ACCEPTED_MS);
    let refused = seen
        .answers
        .iter()
        .filter(|answer| answer.status == 503)
        .count();
    outcome.fact("refused", refused);
    outcome.at_most("refused_p99_ms", took(503), REFUSED_MS);
    let settled = quiet.not_200(|at| at >= SETTLED);
    outcome.none("not_200_after", settled);
    let after = quiet.ack_p99_ms(|at| at >= SETTLED && at < SETTLED + LOOKED_AT);
    outcome.at_most("ack_p99_ms_after", after, NORMAL_MS);
    checker::check(&mut topology, &seen, &mut outcome).await?;
    topology.close(outcome.is_good());
    Ok(outcome)
}

/// Webhooks answered 200 in each second of that time; repetitions are work too.
fn goodput(seen: &Seen, from: Duration, to: Duration) -> f64 {
    let good = seen.answers.iter().filter(|answer| answer.status == 200);
    let count = good
        .filter(|answer| answer.at >= from && answer.at < to)
        .count();
    count as f64 / to.saturating_sub(from).as_secs_f64()
}
