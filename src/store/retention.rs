//! What is not kept for ever: marks against doubles, idempotency keys, early statuses, the tail of events and
//! spent tokens. Messages stay, unless somebody says otherwise (`expiry.rs`).

use std::time::Duration;

use actors::id::floor_at;
use actors::model::scheduled::ScheduledState;
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::db::Conn;
use super::schema::{
    dedup_keys, early_statuses, events, idempotency_keys, login_challenges, logins, organizations,
    password_resets, queue_moves, refresh_tokens, scheduled_messages, sla_breaches, throttles,
};
use super::{Store, partition};
use crate::{in_tx, with_conn};

/// How often the tables are swept: often enough that each sweep is small.
pub const SWEEP: Duration = Duration::from_secs(10 * 60);

/// Events that are cut at a time.
const PAGE: usize = 5000;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// The provider repeats a webhook for seven days.
pub(super) const DEDUP_LIFE: Duration = Duration::from_secs(8 * 24 * 60 * 60);
/// What happened in the lines, and what was late: long enough to compare a quarter with the one before.
const MOVES: Duration = Duration::from_secs(200 * 24 * 60 * 60);
/// What was to be sent later, after its end.
const SCHEDULED: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// A client that was away for longer loads again.
const EVENTS: Duration = Duration::from_secs(7 * 24 * 60 * 60);

impl Store {
    /// Makes the partitions that will be needed soon, where there are partitions. `kept`: how long messages are, if
    /// not for ever.
    pub async fn extend_partitions(
        &self,
        kept: Option<Duration>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        match &mut self.db().read().await? {
            Conn::Sqlite(_) => Ok(()),
            Conn::Postgres(object) => partition::extend_all(object, kept, now).await,
        }
    }

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
        sweep!(dedup_keys, created_at, DEDUP_LIFE);
        sweep!(early_statuses, created_at, DEDUP_LIFE);
        sweep!(idempotency_keys, created_at, DAY);
        sweep!(password_resets, expires_at, DAY);
        sweep!(refresh_tokens, expires_at, DAY);
        // Well after their last token, which names them; where somebody was is nobody's business any more.
        sweep!(logins, expires_at, DAY * 2);
        sweep!(login_challenges, expires_at, DAY);
        sweep!(throttles, since, DAY);
        gone += in_tx!(self.db(), |conn| {
            with_conn!(conn, |c| diesel::delete(
                scheduled_messages::table
                    .filter(scheduled_messages::updated_at.lt((now - SCHEDULED).naive()))
                    .filter(scheduled_messages::state.ne(ScheduledState::Waiting.as_str()))
            )
            .execute(c)
            .await)
        })?;
        gone += self.sweep_drafts(now).await?;
        gone += self.sweep_seen(now).await?;
        // By the time in their ids, for which there is an index.
        let spent = floor_at(now - MOVES);
        gone += in_tx!(self.db(), |conn| {
            with_conn!(conn, |c| diesel::delete(
                queue_moves::table.filter(queue_moves::id.lt(spent))
            )
            .execute(c)
            .await)
        })?;
        gone += in_tx!(self.db(), |conn| {
            with_conn!(conn, |c| diesel::delete(
                sla_breaches::table.filter(sla_breaches::id.lt(spent))
            )
            .execute(c)
            .await)
        })?;
        // Last: it may have to wait for its turn at the table, and gives up then.
        if self.drop_events(now - EVENTS).await? {
            gone += self.cut_all_events(now).await?;
        }
        Ok(gone)
    }

    /// Refuses a clock of this node that is far from the database's. (On SQLite there is only one.)
    pub async fn check_clock(&self, now: Timestamp) -> Result<(), StoreError> {
        match &mut self.db().read().await? {
            Conn::Sqlite(_) => Ok(()),
            Conn::Postgres(object) => partition::check_clock(object, now).await,
        }
    }

    /// On PostgreSQL whole days of events go at once; tells whether there are some that have to be cut.
    async fn drop_events(&self, oldest: Timestamp) -> Result<bool, StoreError> {
        let mut conn = self.db().read().await?;
        let Conn::Postgres(object) = &mut conn else {
            return Ok(true);
        };
        let (spent, past) = partition::spent(object, &partition::EVENTS, oldest).await?;
        if let Some(end) = spent {
            let count = partition::drop_until(object, &partition::EVENTS, end).await?;
            tracing::info!(count, "partitions of old events were dropped");
            return Ok(false);
        }
        // What was there before there were partitions lies in the first one.
        partition::has_past(object, &partition::EVENTS, past.min(oldest)).await
    }

    /// Cuts the tail of each organization's events. Numbers rise with time, so the tail is read from its end
    /// and needs no index by time, which every event would pay for.
    async fn cut_all_events(&self, now: Timestamp) -> Result<usize, StoreError> {
        let mut conn = self.db().read().await?;
        let all: Vec<i64> = with_conn!(&mut conn, |c| organizations::table
            .select(organizations::id)
            .load(c)
            .await)?;
        drop(conn);
        let mut gone = 0;
        for organization in all {
            loop {
                let cut = self.cut_events(organization, now).await?;
                gone += cut;
                if cut < PAGE {
                    break;
                }
            }
        }
        Ok(gone)
    }

    async fn cut_events(&self, organization: i64, now: Timestamp) -> Result<usize, StoreError> {
        in_tx!(self.db(), |conn| {
            let tail: Vec<(i64, NaiveDateTime)> = with_conn!(conn, |c| events::table
                .filter(events::organization_id.eq(organization))
                .order(events::seq)
                .limit(PAGE as i64)
                .select((events::seq, events::at))
                .load(c)
                .await)?;
            let oldest = (now - EVENTS).naive();
            let spent = tail.iter().rfind(|(_, at)| *at < oldest);
            let Some((last, _)) = spent else {
                return Ok(0);
            };
            with_conn!(conn, |c| diesel::delete(
                events::table
                    .filter(events::organization_id.eq(organization))
                    .filter(events::seq.le(*last))
            )
            .execute(c)
            .await)
        })
    }
}
