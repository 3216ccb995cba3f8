//! The actors' stories, played with everything around them faked and the time paused.

mod cluster;
mod conversation;
mod dispatcher;
mod feed;
mod feed_elsewhere;
mod feed_resume;
mod mirror;
mod own;
mod passivation;
mod poison;
mod presence;
mod queue;
mod queue_rules;
mod queue_skills;
mod refusal;
mod send;
mod send_rate;
mod sla;
mod store;

use std::time::Duration;

use crate::ports::store::Receipt;
use crate::testing::{Stage, inbound};

/// A stage whose time passes only when everybody waits.
fn stage() -> Stage {
    tokio::time::pause();
    Stage::set()
}

/// Lets this much of the paused time pass.
async fn pass(by: Duration) {
    tokio::time::sleep(by).await;
}

/// Lets everything happen that needs no time.
async fn settle() {
    pass(Duration::from_millis(1)).await;
}

/// So many contacts wrote for the first time, on another node that has not told of it yet.
async fn newcomers(stage: &Stage, count: usize) -> Receipt {
    let mut all = Receipt::default();
    for number in 0..count {
        let message = inbound(&format!("4917{number:07}"), "hi");
        let receipt = stage.store_elsewhere(message).await;
        all.envelopes.extend(receipt.envelopes);
    }
    all
}

const fn seconds(number: u64) -> Duration {
    Duration::from_secs(number)
}
