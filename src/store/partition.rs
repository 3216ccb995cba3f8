//! Tables that are cut by time on PostgreSQL: partitions are made ahead and dropped as a whole. A table begins with a
//! partition without a beginning (`…_past`) and ends with one without an end (`…_rest`), so that every row has a place,
//! whatever its time and however long nobody made a partition. There is no default one: with it PostgreSQL could not
//! read the partitions of a thread one after the other, and would look into it each time that another is attached.
//!
//! Changing the partitions takes a lock that lets nobody else into the table. It is waited for a tenth of a second only,
//! so that nobody who queues behind it waits for longer; the change itself is made of empty tables and takes some
//! milliseconds. (`DETACH … CONCURRENTLY` would let others in, but leaves a hole in the range until the next
//! statement, and can't be undone half-way.) What does not succeed is tried again with the next sweep; there are days
//! until it is needed.

mod plan;

use std::time::Duration;

use actors::figure;
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::result::Error as DieselError;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamp as SqlTimestamp};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

pub(super) use self::plan::Period;
use self::plan::{Key, Piece};
use super::db::refused;

/// How far our clock and the database's may be apart.
const MOST_APART: Duration = Duration::from_secs(5 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Bounds are read as dates in ISO's order; who waits longer than this for a lock makes others wait.
/// Whether a partition has rows is asked after its lock was waited for, so the answer must not be older.
const CAREFUL: &str = "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; \
    SET LOCAL lock_timeout = '100ms'; SET LOCAL datestyle = 'ISO, YMD'";
/// Nodes that change partitions take turns: who comes second leaves it to the first.
const TURN: &str = "SELECT pg_try_advisory_xact_lock(4815162343) AS yes";

/// A table that is cut by time.
pub(super) struct Parted {
    table: &'static str,
    column: &'static str,
    key: Key,
    /// What each partition has for itself, besides what the table gives it.
    own: &'static str,
    /// How far ahead of now partitions are made.
    ahead: Duration,
}

/// Cut by their ids, which carry their time.
pub(super) const MESSAGES: Parted = Parted {
    table: "messages",
    column: "id",
    key: Key::Id,
    own: "",
    ahead: Duration::from_secs(30 * DAY.as_secs()),
};

/// Cut by days. The number of an event is unique in its organization because it is counted up in the
/// organization's locked row; each partition has an index that says so of its own rows.
pub(super) const EVENTS: Parted = Parted {
    table: "events",
    column: "at",
    key: Key::Time,
    own: "(PRIMARY KEY (organization_id, seq))",
    ahead: Duration::from_secs(3 * DAY.as_secs()),
};

/// Messages of quarters lie together: four partitions a year, since a query that can't tell how old its message is
/// looks into each. Where messages are kept for two years at most it is months, so that they go sooner after that.
pub(super) fn period_of_messages(kept: Option<Duration>) -> Period {
    const SHORT: Duration = Duration::from_secs(2 * 366 * DAY.as_secs());
    match kept {
        Some(kept) if kept <= SHORT => Period::Month,
        _ => Period::Quarter,
    }
}

/// Makes the partitions of all tables that will be needed soon.
pub(super) async fn extend_all(
    c: &mut AsyncPgConnection,
    kept: Option<Duration>,
    now: Timestamp,
) -> Result<(), StoreError> {
    // What keeps one back need not keep the other.
    let events = extend_events(c, now).await;
    let messages = extend(c, &MESSAGES, period_of_messages(kept), now).await;
    events.and(messages)
}

/// The same for events only, whose days do not depend on what is kept how long.
pub(super) async fn extend_events(
    c: &mut AsyncPgConnection,
    now: Timestamp,
) -> Result<(), StoreError> {
    extend(c, &EVENTS, Period::Day, now).await
}

/// Refuses a clock of ours that is far from the database's: what is made or dropped by it could not be undone.
pub(super) async fn check_clock(
    c: &mut AsyncPgConnection,
    now: Timestamp,
) -> Result<(), StoreError> {
    let asked = diesel::sql_query("SELECT now() AT TIME ZONE 'UTC' AS latest");
    let row: LatestTime = asked.get_result(c).await.map_err(refused)?;
    let theirs = row.latest.map_or(now, Timestamp::from);
    let apart = now.millis().abs_diff(theirs.millis());
    if u128::from(apart) > MOST_APART.as_millis() {
        return Err(StoreError::Broken(format!(
            "the clock of this node is {} s away from the database's",
            apart / 1000
        )));
    }
    Ok(())
}

/// What came of making partitions ahead.
#[derive(Debug)]
enum Made {
    /// All that is needed is there.
    Enough,
    /// Another node is at it.
    Elsewhere,
    /// The last partition has rows: it can't be replaced.
    InUse(Piece),
}

/// Makes the partitions of `table` that will be needed soon.
async fn extend(
    c: &mut AsyncPgConnection,
    table: &Parted,
    period: Period,
    now: Timestamp,
) -> Result<(), StoreError> {
    let done = provide(c, table, period, now).await;
    let reach = plan::start_of_rest(&look(c, table).await?).ok_or_else(|| table.strange())?;
    let ahead = (reach.millis() - now.millis()) as f64 / 1000.0;
    metrics::gauge!(figure::PARTITIONS_AHEAD_SECONDS, "table" => table.table).set(ahead);
    done
}

async fn provide(
    c: &mut AsyncPgConnection,
    table: &Parted,
    period: Period,
    now: Timestamp,
) -> Result<(), StoreError> {
    if !missing(&look(c, table).await?, table, period, now)?.is_empty() {
        match make(c, table, period, now).await? {
            Made::Enough | Made::Elsewhere => {}
            Made::InUse(rest) => {
                // Nobody made a partition in time: what was to be spread over some becomes one.
                tracing::warn!(
                    table = table.table,
                    "rows lie in the last partition: it is closed"
                );
                close(c, table, &rest, period, now).await?;
                make(c, table, period, now).await?;
            }
        }
    }
    Ok(())
}

/// Up to where whole partitions can be dropped when rows before `oldest` are not kept, and where the first one ends.
pub(super) async fn spent(
    c: &mut AsyncPgConnection,
    table: &Parted,
    oldest: Timestamp,
) -> Result<(Option<Timestamp>, Timestamp), StoreError> {
    let pieces = look(c, table).await?;
    let past = plan::end_of_past(&pieces).ok_or_else(|| table.strange())?;
    Ok((plan::spent(&pieces, oldest), past))
}

/// Drops all partitions that end at `end` or before; tells how many. The first one is made anew, up to there.
pub(super) async fn drop_until(
    c: &mut AsyncPgConnection,
    table: &Parted,
    end: Timestamp,
) -> Result<usize, StoreError> {
    c.transaction(async |c| {
        if !enter(c, table).await? {
            return Ok(0);
        }
        let pieces = read(c, table).await?;
        let gone = pieces
            .iter()
            .filter(|piece| piece.to.is_some_and(|to| to <= end));
        let gone: Vec<&str> = gone.map(|piece| piece.name.as_str()).collect();
        if gone.is_empty() {
            return Ok(0);
        }
        c.batch_execute(&format!("DROP TABLE {}", gone.join(", ")))
            .await?;
        let past = format!("{}_past", table.table);
        c.batch_execute(&table.create(&past, "MINVALUE", &table.key.literal(end)))
            .await?;
        Ok(gone.len())
    })
    .await
    .map_err(refused)
}

/// Whether there are rows before `end`, in the partition without a beginning.
pub(super) async fn has_past(
    c: &mut AsyncPgConnection,
    table: &Parted,
    end: Timestamp,
) -> Result<bool, StoreError> {
    let (name, column, end) = (table.table, table.column, table.key.literal(end));
    let text = format!("SELECT EXISTS (SELECT FROM {name} WHERE {column} < {end}) AS yes");
    ask(c, &text).await.map_err(refused)
}

/// In place of an empty last partition makes those that are needed and a last one behind them.
async fn make(
    c: &mut AsyncPgConnection,
    table: &Parted,
    period: Period,
    now: Timestamp,
) -> Result<Made, StoreError> {
    let made = c.transaction(async |c| {
        if !enter(c, table).await? {
            return Ok(Made::Elsewhere);
        }
        let pieces = read(c, table).await?;
        let Some(rest) = pieces.iter().find(|piece| piece.to.is_none()) else {
            return Ok(Made::Enough);
        };
        let (Some(mut from), rest) = (rest.from, rest.clone()) else {
            return Ok(Made::Enough);
        };
        let ends = plan::ends(period, from, now, table.ahead);
        if ends.is_empty() {
            return Ok(Made::Enough);
        }
        let name = &rest.name;
        if ask(c, &format!("SELECT EXISTS (SELECT FROM {name}) AS yes")).await? {
            return Ok(Made::InUse(rest));
        }
        c.batch_execute(&format!("DROP TABLE {name}")).await?;
        for to in ends {
            let (start, end) = (table.key.literal(from), table.key.literal(to));
            let name = plan::name(table.table, from);
            c.batch_execute(&table.create(&name, &start, &end)).await?;
            from = to;
        }
        c.batch_execute(&table.create(name, &table.key.literal(from), "MAXVALUE"))
            .await?;
        Ok(Made::Enough)
    });
    made.await.map_err(refused)
}

/// Gives a last partition that has rows an end, without copying them, and puts an empty one behind it. That nothing
/// lies beyond the end is proven while everybody writes on, so it takes three steps. If the last ones fail, the next
/// sweep begins anew with a later end: a week stays for that, before anybody would write beyond it.
async fn close(
    c: &mut AsyncPgConnection,
    table: &Parted,
    rest: &Piece,
    period: Period,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(from) = rest.from else {
        return Err(table.strange());
    };
    let (name, column) = (&rest.name, table.column);
    let found = c.transaction(async |c| {
        c.batch_execute("SET LOCAL statement_timeout = 0").await?;
        latest(c, table, name).await
    });
    let latest = found.await.map_err(refused)?;
    let end = plan::closing(period, latest.unwrap_or(now), now);
    let (start, end) = (table.key.literal(from), table.key.literal(end));
    let bound = format!(
        "ALTER TABLE {name} DROP CONSTRAINT IF EXISTS {name}_end; \
        ALTER TABLE {name} ADD CONSTRAINT {name}_end CHECK ({column} >= {start} AND {column} < {end}) NOT VALID"
    );
    let prove = format!("ALTER TABLE {name} VALIDATE CONSTRAINT {name}_end");
    let (parent, closed) = (table.table, plan::name(table.table, from));
    let swap = format!(
        "ALTER TABLE {parent} DETACH PARTITION {name}; ALTER TABLE {name} RENAME TO {closed}; \
        ALTER TABLE {parent} ATTACH PARTITION {closed} FOR VALUES FROM ({start}) TO ({end}); \
        ALTER TABLE {closed} DROP CONSTRAINT {name}_end; {}",
        table.create(name, &end, "MAXVALUE")
    );
    let done = c.transaction(async |c| {
        if !enter(c, table).await? {
            return Ok(false);
        }
        c.batch_execute(&bound).await.map(|()| true)
    });
    if !done.await.map_err(refused)? {
        return Ok(());
    }
    let proven = c.transaction::<_, DieselError, _>(async |c| {
        // Reads all rows; only other changes of this table's shape wait meanwhile.
        c.batch_execute("SET LOCAL statement_timeout = 0").await?;
        c.batch_execute(&prove).await
    });
    proven.await.map_err(refused)?;
    let swapped = c.transaction(async |c| match enter(c, table).await? {
        true => c.batch_execute(&swap).await,
        false => Ok(()),
    });
    swapped.await.map_err(refused)
}

/// Takes the turn and the table for this transaction; false if another node has the turn.
async fn enter(c: &mut AsyncPgConnection, table: &Parted) -> Result<bool, DieselError> {
    c.batch_execute(CAREFUL).await?;
    if !ask(c, TURN).await? {
        return Ok(false);
    }
    // Before anything else of it is touched: whoever queries the table takes the same first.
    let name = table.table;
    c.batch_execute(&format!("LOCK TABLE ONLY {name} IN ACCESS EXCLUSIVE MODE"))
        .await?;
    Ok(true)
}

fn missing(
    pieces: &[Piece],
    table: &Parted,
    period: Period,
    now: Timestamp,
) -> Result<Vec<Timestamp>, StoreError> {
    let rest = plan::start_of_rest(pieces).ok_or_else(|| table.strange())?;
    Ok(plan::ends(period, rest, now, table.ahead))
}

/// [`read`] outside of a change.
async fn look(c: &mut AsyncPgConnection, table: &Parted) -> Result<Vec<Piece>, StoreError> {
    let read = c.transaction(async |c| {
        c.batch_execute(CAREFUL).await?;
        read(c, table).await
    });
    read.await.map_err(refused)
}

async fn read(c: &mut AsyncPgConnection, table: &Parted) -> Result<Vec<Piece>, DieselError> {
    let rows: Vec<BoundRow> = diesel::sql_query(
        "SELECT c.relname::TEXT AS name, pg_get_expr(c.relpartbound, c.oid) AS bounds \
        FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid \
        WHERE i.inhparent = $1::regclass ORDER BY c.relname",
    )
    .bind::<Text, _>(table.table)
    .load(c)
    .await?;
    let pieces = rows
        .iter()
        .filter_map(|row| Piece::read(table.key, &row.name, &row.bounds));
    Ok(pieces.collect())
}

async fn ask(c: &mut AsyncPgConnection, text: &str) -> Result<bool, DieselError> {
    let answer: Answer = diesel::sql_query(text).get_result(c).await?;
    Ok(answer.yes)
}

/// The time of the latest row of partition `name`.
async fn latest(
    c: &mut AsyncPgConnection,
    table: &Parted,
    name: &str,
) -> Result<Option<Timestamp>, DieselError> {
    let text = format!("SELECT max({}) AS latest FROM {name}", table.column);
    match table.key {
        Key::Id => {
            let row: LatestId = diesel::sql_query(text).get_result(c).await?;
            Ok(row.latest.map(actors::id::instant_of))
        }
        Key::Time => {
            let row: LatestTime = diesel::sql_query(text).get_result(c).await?;
            Ok(row.latest.map(Timestamp::from))
        }
    }
}

impl Parted {
    fn create(&self, name: &str, from: &str, to: &str) -> String {
        let (table, own) = (self.table, self.own);
        format!(
            "CREATE TABLE {name} PARTITION OF {table} {own} FOR VALUES FROM ({from}) TO ({to});"
        )
    }

    fn strange(&self) -> StoreError {
        StoreError::Broken(format!(
            "the partitions of {} are not as they were made",
            self.table
        ))
    }
}

#[derive(QueryableByName)]
struct BoundRow {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    bounds: String,
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    yes: bool,
}

#[derive(QueryableByName)]
struct LatestId {
    #[diesel(sql_type = Nullable<BigInt>)]
    latest: Option<i64>,
}

#[derive(QueryableByName)]
struct LatestTime {
    #[diesel(sql_type = Nullable<SqlTimestamp>)]
    latest: Option<NaiveDateTime>,
}
