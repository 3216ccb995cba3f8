//! Leases: which node sends for which number. A lease holds as long as its node lives, by the database's clock; so it is
//! written when it changes hands, and never to be renewed.

use std::collections::HashMap;

use actors::model::ids::SessionId;
use actors::model::node::Lease;
use actors::ports::store::StoreError;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::Store;
use super::db::{Conn, boxed, refused};
use super::kept::kept;
use super::message;
use super::node::{DEAD_AFTER, Standing, now_of};
use super::schema::{leases, nodes};
use crate::{in_tx, lock_all, lock_first, with_conn};

/// The right to send for a number.
const LINE: &str = "line";

/// One after the other by the index: a number with a thousand messages costs as much as one with a single one.
const WAITING: &str = "WITH RECURSIVE waiting (line) AS ( \
        SELECT min(line) FROM jobs \
        UNION ALL \
        SELECT (SELECT min(line) FROM jobs WHERE line > waiting.line) \
        FROM waiting WHERE waiting.line IS NOT NULL \
    ) SELECT line AS key FROM waiting WHERE line IS NOT NULL";

/// Who holds the lines by which messages go.
const HOLDERS: &str = "SELECT l.key, l.life, l.epoch FROM leases AS l WHERE l.kind = $1 AND l.key IN \
    (SELECT m.session_id FROM messages AS m WHERE m.id = ANY($2) AND m.id BETWEEN $3 AND $4) \
    ORDER BY l.key FOR SHARE OF l";

#[derive(QueryableByName)]
struct Holder {
    #[diesel(sql_type = BigInt)]
    key: i64,
    #[diesel(sql_type = BigInt)]
    life: i64,
    #[diesel(sql_type = BigInt)]
    epoch: i64,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = BigInt)]
    key: i64,
}

/// Who holds the lines of these numbers; on PostgreSQL nobody takes them until this transaction ends.
pub(super) async fn holders(
    conn: &mut Conn,
    sessions: Vec<i64>,
) -> Result<HashMap<i64, Lease>, StoreError> {
    let query = leases::table
        .filter(leases::kind.eq(LINE))
        .filter(leases::key.eq_any(sessions))
        .select((leases::key, leases::life, leases::epoch));
    let found: Vec<(i64, i64, i64)> = match conn {
        Conn::Sqlite(object) => boxed(query.load(&mut **object)).await,
        Conn::Postgres(object) => boxed(kept(query.for_share()).load(&mut **object)).await,
    }
    .map_err(refused)?;
    let held = found.into_iter();
    Ok(held
        .map(|(key, life, epoch)| (key, Lease { life, epoch }))
        .collect())
}

/// [`holders`] of the lines that these messages go by, whose numbers need not be known.
pub(super) async fn holders_for(
    c: &AsyncPgConnection,
    ids: &[i64],
) -> Result<HashMap<i64, Lease>, StoreError> {
    let (first, last) = message::span(ids);
    let query = diesel::sql_query(HOLDERS)
        .bind::<Text, _>(LINE)
        .bind::<Array<BigInt>, _>(ids)
        .bind::<BigInt, _>(first)
        .bind::<BigInt, _>(last);
    let mut shared = c;
    let found: Vec<Holder> = kept(query).load(&mut shared).await.map_err(refused)?;
    let held = found.into_iter();
    Ok(held
        .map(|Holder { key, life, epoch }| (key, Lease { life, epoch }))
        .collect())
}

impl Store {
    pub(super) async fn lines_with_jobs(&self) -> Result<Vec<SessionId>, StoreError> {
        let mut conn = self.db().read().await?;
        let lines: Vec<Line> = with_conn!(&mut conn, |c| kept(diesel::sql_query(WAITING))
            .load(c)
            .await)?;
        Ok(lines.into_iter().map(|line| SessionId(line.key)).collect())
    }

    pub(super) async fn take_lease(
        &self,
        life: i64,
        session: SessionId,
    ) -> Result<Option<i64>, StoreError> {
        in_tx!(self.db(), |conn| {
            let row = (
                leases::kind.eq(LINE),
                leases::key.eq(session.0),
                leases::life.eq(0_i64),
                leases::epoch.eq(0_i64),
            );
            // So that there is a row to lock.
            with_conn!(conn, |c| diesel::insert_into(leases::table)
                .values(row)
                .on_conflict_do_nothing()
                .execute(c)
                .await)?;
            let held = lock_first!(
                conn,
                leases::table
                    .filter(leases::kind.eq(LINE))
                    .filter(leases::key.eq(session.0))
                    .select((leases::life, leases::epoch))
            )?;
            let (holder, epoch): (i64, i64) = held.ok_or(StoreError::NotFound)?;
            if !lives(conn, life).await? || (holder != life && lives(conn, holder).await?) {
                return Ok(None);
            }
            if holder == life {
                return Ok(Some(epoch));
            }
            with_conn!(conn, |c| diesel::update(
                leases::table
                    .filter(leases::kind.eq(LINE))
                    .filter(leases::key.eq(session.0))
            )
            .set((leases::life.eq(life), leases::epoch.eq(epoch + 1)))
            .execute(c)
            .await)?;
            Ok(Some(epoch + 1))
        })
    }

    pub(super) async fn release_leases(
        &self,
        life: i64,
        sessions: &[SessionId],
    ) -> Result<(), StoreError> {
        let keys: Vec<i64> = sessions.iter().map(|session| session.0).collect();
        in_tx!(self.db(), |conn| {
            // In the order of their keys, as everybody locks several.
            let held: Vec<i64> = lock_all!(
                conn,
                leases::table
                    .filter(leases::kind.eq(LINE))
                    .filter(leases::key.eq_any(keys))
                    .filter(leases::life.eq(life))
                    .order(leases::key)
                    .select(leases::key)
            )?;
            with_conn!(conn, |c| diesel::update(
                leases::table
                    .filter(leases::kind.eq(LINE))
                    .filter(leases::key.eq_any(held))
            )
            .set(leases::life.eq(0_i64))
            .execute(c)
            .await)?;
            Ok(())
        })
    }
}

/// Whether the node is known, and was heard of lately.
async fn lives(conn: &mut Conn, life: i64) -> Result<bool, StoreError> {
    if life == 0 {
        return Ok(false);
    }
    let border = now_of(conn).await? - DEAD_AFTER;
    let found: i64 = with_conn!(conn, |c| nodes::table
        .filter(nodes::life.eq(life))
        .filter(nodes::standing.ne(Standing::Dead.as_str()))
        .filter(nodes::seen_at.gt(border.naive()))
        .count()
        .get_result(c)
        .await)?;
    Ok(found > 0)
}
