//! F-12: Redis forgets everything, again and again. Nothing that matters was in it.

use std::time::Duration;

use serde_json::Value;

use crate::drill::checker;
use crate::drill::outcome::Outcome;
use crate::drill::sends::{self, Order};
use crate::drill::setup::Setup;
use crate::drill::traffic::Traffic;
use crate::simulator::{Behaviour, Tier};

const MEAN_PAUSE: Duration = Duration::from_secs(2);
/// Every contact wrote once by then, so that it may be answered.
const OPENING: Duration = Duration::from_secs(4);
/// More than the provider allows a number (80); no contact is written to more often than it allows.
const SENDS_PER_SECOND: f64 = 100.0;
const CONTACTS: u32 = 200;
/// Answers of the provider that say "too fast", in percent.
const MOST_THROTTLED: f64 = 1.0;
/// Its codes for too many per number, and too many to one contact.
const THROTTLED: [i64; 2] = [130_429, 131_056];

/// Runs the drill.
pub async fn run(setup: &Setup) -> anyhow::Result<Outcome> {
    let mut wants = setup.wants();
    wants.provider = Some(Behaviour::default());
    wants.tier = Some(Tier::Standard);
    let mut topology = setup.topology(&wants).await?;
    let mut amount = setup.load();
    amount.contacts = CONTACTS;
    let traffic = Traffic::start(&topology, amount).await?;
    tokio::time::sleep(OPENING).await;
    let logged_in = topology.log_in(0).await?;
    let mut nemesis = setup.nemesis();
    let order = Order {
        count: setup.size.amount,
        rate: SENDS_PER_SECOND,
        contacts: u64::from(CONTACTS),
    };
    let flush = async {
        for round in 1..=setup.size.rounds {
            tokio::time::sleep(nemesis.pause(MEAN_PAUSE)).await;
            topology.redis.say("FLUSHALL").await?;
            setup.say(&format!("flush {round}: {} acknowledged", traffic.acked()));
        }
        anyhow::Ok(())
    };
    let (sent, flushed) = tokio::join!(sends::send(&topology, order), flush);
    let sent = sent?;
    flushed?;
    let mut outcome = Outcome::default();
    if let Some(provider) = &topology.simulator {
        sends::check(provider, &sent, &mut outcome).await?;
        let attempts = provider.attempts();
        let refused = attempts.iter().flat_map(|attempt| &attempt.refused);
        let throttled = refused.filter(|code| THROTTLED.contains(code)).count();
        let posts: u32 = attempts.iter().map(|attempt| attempt.posts).sum();
        let share = throttled as f64 * 100.0 / f64::from(posts.max(1));
        outcome.at_most("throttled_percent", Some(share), MOST_THROTTLED);
    }
    let mut locked_out = 0;
    for node in &topology.nodes {
        // The log-in of before the first flush, at every node.
        let token = logged_in.token().unwrap_or_default().to_owned();
        let me = node.hub.clone().with_token(token).me().await;
        locked_out += u64::from(!matches!(me, Ok(Some(_))));
    }
    outcome.none("logged_out", locked_out);
    let seen = traffic.stop().await?;
    checker::check(&mut topology, &seen, &mut outcome).await?;
    outcome.fact("flushes", Value::from(setup.size.rounds));
    topology.close(outcome.is_good());
    Ok(outcome)
}
