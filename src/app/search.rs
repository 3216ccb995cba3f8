//! The follower of a node that indexes what was said, so that it can be found. Every node has one; one at a time has the
//! turn, and what it leaves off another goes on with.

use std::time::{Duration, Instant};

use actors::figure;

use crate::store::Store;

/// How often it looks when there is nothing to do.
const LOOK: Duration = Duration::from_millis(500);
/// How long it waits after an error.
const TROUBLE: Duration = Duration::from_secs(5);
/// The least that it rests after a round: whoever else wants the database comes in between.
const REST: Duration = Duration::from_millis(5);

/// Goes on until it is aborted.
pub(super) async fn run(store: Store) {
    let mut well = Instant::now();
    loop {
        let began = Instant::now();
        let rest = match store.index_messages().await {
            Ok(Some(done)) => {
                well = Instant::now();
                metrics::gauge!(figure::SEARCH_LAG_SECONDS).set(done.lag.as_secs_f64());
                metrics::counter!(figure::SEARCH_INDEXED_TOTAL).increment(done.messages as u64);
                match done.more {
                    // Half of the time at most, however much waits.
                    true => began.elapsed().max(REST),
                    false => LOOK,
                }
            }
            Ok(None) => {
                // Whoever has the turn tells.
                well = Instant::now();
                metrics::gauge!(figure::SEARCH_LAG_SECONDS).set(0.0);
                LOOK
            }
            Err(error) => {
                tracing::warn!(%error, "what was said can't be indexed now");
                metrics::gauge!(figure::SEARCH_LAG_SECONDS).set(well.elapsed().as_secs_f64());
                TROUBLE
            }
        };
        tokio::time::sleep(rest).await;
    }
}
