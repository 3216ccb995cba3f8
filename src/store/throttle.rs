//! How often something was tried: counted in the database, so that all nodes count together. A place is
//! taken before the try is checked, so that a thousand at once are not checked either.

use std::time::Duration;

use actors::ports::store::StoreError;
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::dsl::case_when;
use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;

use super::db::Conn;
use super::schema::throttles;
use super::{Unscoped, field};
use crate::{in_tx, with_conn};

/// Tries that are checked per window.
const MOST: i64 = 10;
/// The window; it begins with the first try.
pub const WINDOW: Duration = Duration::from_secs(15 * 60);

/// Whether a try may be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Try {
    Allowed,
    /// Not before this time has passed.
    Refused(Duration),
}

impl Unscoped {
    /// Counts a try against each of `keys`, in their order, until one has none left; a refused try counts
    /// only against the key that refused it.
    pub async fn take_try(&self, keys: &[&str], now: Timestamp) -> Result<Try, StoreError> {
        in_tx!(self.db(), |conn| {
            for (index, key) in keys.iter().enumerate() {
                let (tries, since) = count(conn, key, now).await?;
                if tries > MOST {
                    for earlier in &keys[..index] {
                        give_back(conn, earlier).await?;
                    }
                    let end = field::instant(since) + WINDOW;
                    return Ok(Try::Refused(end.since(now)));
                }
            }
            Ok(Try::Allowed)
        })
    }

    /// The try was a success: `account` starts afresh, and `address` gets its try back.
    pub async fn forgive_try(&self, account: &str, address: &str) -> Result<(), StoreError> {
        in_tx!(self.db(), |conn| {
            give_back(conn, address).await?;
            with_conn!(conn, |c| diesel::delete(throttles::table.find(account))
                .execute(c)
                .await)?;
            Ok(())
        })
    }

    /// The tries were no failures, though they do not make up for those before.
    pub async fn return_try(&self, keys: &[&str]) -> Result<(), StoreError> {
        in_tx!(self.db(), |conn| {
            for key in keys {
                give_back(conn, key).await?;
            }
            Ok(())
        })
    }
}

/// One more try of `key`: how many there were in its window, and when that began.
async fn count(
    conn: &mut Conn,
    key: &str,
    now: Timestamp,
) -> Result<(i64, NaiveDateTime), StoreError> {
    let row = (
        throttles::key.eq(key),
        throttles::failures.eq(1_i64),
        throttles::since.eq(now.naive()),
    );
    let over = (now - WINDOW).naive();
    with_conn!(conn, |c| diesel::insert_into(throttles::table)
        .values(row)
        .on_conflict(throttles::key)
        .do_update()
        .set((
            throttles::failures.eq(case_when(
                throttles::since.le(over),
                excluded(throttles::failures)
            )
            .otherwise(throttles::failures + 1)),
            throttles::since.eq(
                case_when(throttles::since.le(over), excluded(throttles::since))
                    .otherwise(throttles::since)
            ),
        ))
        .returning((throttles::failures, throttles::since))
        .get_result(c)
        .await)
}

async fn give_back(conn: &mut Conn, key: &str) -> Result<(), StoreError> {
    with_conn!(conn, |c| diesel::update(
        throttles::table
            .filter(throttles::key.eq(key))
            .filter(throttles::failures.gt(0))
    )
    .set(throttles::failures.eq(throttles::failures - 1))
    .execute(c)
    .await)?;
    Ok(())
}
