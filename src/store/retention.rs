//! What is not kept for ever: marks against doubles, idempotency keys, early statuses, the tail of events and
//! spent tokens. Messages stay.

use std::time::Duration;

use actors::ports::store::StoreError;
use actors::time::Timestamp;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Store;
use super::schema::{
    dedup_keys, early_statuses, events, idempotency_keys, password_resets, refresh_tokens,
};
use crate::{in_tx, with_conn};

/// How often the tables are swept: often enough that each sweep is small.
pub const SWEEP: Duration = Duration::from_secs(10 * 60);

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// The provider repeats a webhook for seven days.
const DEDUP: Duration = Duration::from_secs(8 * 24 * 60 * 60);
/// A client that was away for longer loads again.
const EVENTS: Duration = Duration::from_secs(7 * 24 * 60 * 60);

impl Store {
    /// Removes what is no longer needed; tells how many rows went.
    pub async fn sweep(&self, now: Timestamp) -> Result<usize, StoreError> {
        let mut gone = 0;
        macro_rules! sweep {
            ($table:ident, $column:ident, $age:expr) => {
                gone += in_tx!(self.db(), |conn| {
                    with_conn!(conn, |c| diesel::delete(
                        $table::table.filter($table::$column.lt((now - $age).naive()))
                    )
                    .execute(c)
                    .await)
                })?;
            };
        }
        sweep!(dedup_keys, created_at, DEDUP);
        sweep!(early_statuses, created_at, DEDUP);
        sweep!(idempotency_keys, created_at, DAY);
        sweep!(events, at, EVENTS);
        sweep!(password_resets, expires_at, DAY);
        sweep!(refresh_tokens, expires_at, DAY);
        Ok(gone)
    }
}
