//! What this process is in the database: the installation's epoch, the node number that its ids carry, and the heartbeat
//! by which the nodes know of each other. All times are of the database's clock. Numbers of nodes that were silent for
//! long are given out again; the jobs of a dead one are freed at once.

use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use actors::id::IdSource;
use actors::model::node::{Membership, Peer};
use actors::ports::store::StoreError;
use actors::time::{Timestamp, follow};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamp as SqlTimestamp};
use diesel_async::pooled_connection::deadpool::Object;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use secrecy::SecretString;

use super::db::{Conn, Db, boxed, refused, working_connections};
use super::kept::kept;
use super::schema::{installation, nodes};
use super::{Store, field, job, migrate as steps};
use crate::{in_tx, lock_first, with_conn};

/// How often a node says that it lives.
pub const HEARTBEAT: Duration = Duration::from_secs(1);
/// How long the sign of life may take on the connection that the last one went by.
const HOPE: Duration = Duration::from_secs(1);
/// How long it may take on a new one.
const PATIENCE: Duration = Duration::from_secs(3);
/// A node that was silent for longer is taken for dead.
pub(super) const DEAD_AFTER: Duration = Duration::from_secs(3);
/// Its number is given out again after so long: until then it may come back and go on.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(600);
/// Clocks may be apart so far before the database's is followed: less is what the way there and back makes.
const APART: Duration = Duration::from_secs(1);
/// Ids carry ten bits of node number.
const MOST_NODES: i64 = 1023;

/// Where the data lies.
#[derive(Clone, Debug)]
pub enum Place {
    /// A SQLite file.
    File(PathBuf),
    /// A PostgreSQL database.
    Server(SecretString),
}

/// What a process is to the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Makes ids, but serves nobody: an import, a command of the operator.
    Tool,
    /// Serves, and owns actors.
    Live,
    /// Finishes what it has in hand.
    Leaving,
    /// Was silent for too long.
    Dead,
}

impl Standing {
    /// The name used on every wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Live => "live",
            Self::Leaving => "leaving",
            Self::Dead => "dead",
        }
    }
}

/// A node as the table has it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = nodes)]
pub struct NodeRow {
    pub number: i64,
    pub name: String,
    pub seen_at: NaiveDateTime,
    pub life: i64,
    pub standing: String,
    pub version: String,
    pub started_at: Option<NaiveDateTime>,
}

impl NodeRow {
    fn peer(&self) -> Peer {
        Peer {
            number: self.number,
            life: self.life,
        }
    }
}

/// That the database heard of this node.
struct Sign {
    /// What it was to the others before.
    before: String,
    /// An earlier one was not answered.
    was_repeated: bool,
}

/// What came of a heartbeat.
#[derive(Debug)]
pub enum Pulse {
    /// This is who is there.
    Alive(Membership),
    /// The same, but the others took this node for dead meanwhile: what it held may be theirs.
    GivenUp(Membership),
    /// The node's number may be another's by now: it has to begin anew.
    Forgotten,
}

impl Store {
    /// Opens the database, brings its tables to the present shape and takes a node number.
    pub async fn open(place: &Place, name: &str) -> Result<Self, StoreError> {
        migrate(place).await?;
        let life = fresh_life()?;
        let (db, url) = match place {
            Place::File(path) => (Db::sqlite(path)?, None),
            Place::Server(url) => (Db::postgres(url, life)?, Some(url)),
        };
        let ahead = set_clock(&db).await?;
        let epoch = epoch(&db).await?;
        let me = take_number(&db, name, life).await?;
        let ids = IdSource::new(u16::try_from(me.number).unwrap_or(0));
        Self::new(db, url, ids, epoch, me, ahead)
    }

    /// Says that this node lives, buries those that do not, and looks who is there.
    pub async fn heartbeat(&self, standing: Standing) -> Result<Pulse, StoreError> {
        let me = self.me();
        let sight = self.inner.lookout.sight();
        let Some(sign) = self.say_alive(standing).await? else {
            return Ok(Pulse::Forgotten);
        };
        let mut conn = self.heart_db().read().await?;
        let (now, ahead) = compare_clocks(&mut conn).await?;
        let rows = nodes_of(&mut conn).await?;
        drop(conn);
        self.inner.lookout.note();
        self.inner.ahead.store(ahead, Ordering::Relaxed);
        let border = match sight {
            Sight::Blurred => Timestamp::from_millis(0),
            Sight::Clear | Sight::New => now - DEAD_AFTER,
        };
        let silent = (now - DEAD_AFTER).naive();
        if sight == Sight::Clear && rows.iter().any(|row| row.seen_at < silent) {
            in_tx!(self.heart_db(), |conn| {
                bury_silent(conn, me.number, now).await
            })?;
        }
        let members = membership(me, &rows, border);
        // The first one may have been heard, and have been told that this node was dead: nobody knows.
        let is_doubtful = sign.was_repeated && sight == Sight::Blurred;
        Ok(
            match sign.before == Standing::Dead.as_str() || is_doubtful {
                true => Pulse::GivenUp(members),
                false => Pulse::Alive(members),
            },
        )
    }

    /// Notes that this node lives; gives what it was to the others before, None when they forgot it. Few ways there and
    /// back: a database that answers late must not make its nodes look dead.
    async fn say_alive(&self, standing: Standing) -> Result<Option<Sign>, StoreError> {
        #[derive(QueryableByName)]
        struct Before {
            #[diesel(sql_type = Text)]
            standing: String,
        }
        const ALIVE: &str = "WITH before AS ( \
                SELECT number, standing FROM nodes WHERE number = $1 AND life = $2 FOR UPDATE \
            ) UPDATE nodes SET seen_at = clock_timestamp() AT TIME ZONE 'UTC', standing = $3 \
            FROM before WHERE nodes.number = before.number RETURNING before.standing";
        let me = self.me();
        if !self.is_embedded() {
            // What a connection fell silent on would keep it until the others take this node for dead: after some time
            // it is asked on another one.
            for (was_repeated, hope) in [(false, HOPE), (true, PATIENCE)] {
                let Conn::Postgres(mut object) = self.heart_db().read().await? else {
                    return Err(StoreError::Broken("not PostgreSQL".to_owned()));
                };
                let alive = diesel::sql_query(ALIVE)
                    .bind::<BigInt, _>(me.number)
                    .bind::<BigInt, _>(me.life)
                    .bind::<Text, _>(standing.as_str());
                let alive = boxed(kept(alive).load(&mut *object));
                let Ok(before) = tokio::time::timeout(hope, alive).await else {
                    drop(Object::take(object));
                    continue;
                };
                let before: Vec<Before> = before.map_err(refused)?;
                return Ok(before.into_iter().next().map(|before| Sign {
                    before: before.standing,
                    was_repeated,
                }));
            }
            return Err(StoreError::Unavailable("no answer in time".to_owned()));
        }
        in_tx!(self.db(), |conn| {
            let before: Option<String> = lock_first!(
                conn,
                nodes::table
                    .filter(nodes::number.eq(me.number))
                    .filter(nodes::life.eq(me.life))
                    .select(nodes::standing)
            )?;
            with_conn!(conn, |c| diesel::update(
                nodes::table
                    .filter(nodes::number.eq(me.number))
                    .filter(nodes::life.eq(me.life))
            )
            .set((
                nodes::seen_at.eq(Timestamp::now().naive()),
                nodes::standing.eq(standing.as_str()),
            ))
            .execute(c)
            .await)?;
            Ok(before.map(|before| Sign {
                before,
                was_repeated: false,
            }))
        })
    }

    /// All nodes that are known, dead ones for some minutes as well, and the database's time.
    pub async fn nodes(&self) -> Result<(Vec<NodeRow>, Timestamp), StoreError> {
        let mut conn = self.db().read().await?;
        let now = now_of(&mut conn).await?;
        Ok((nodes_of(&mut conn).await?, now))
    }

    /// This node is gone for good: its number is free, and what it held is anybody's.
    pub async fn leave(&self) -> Result<(), StoreError> {
        let me = self.me();
        in_tx!(self.db(), |conn| {
            let left = with_conn!(conn, |c| diesel::delete(
                nodes::table
                    .filter(nodes::number.eq(me.number))
                    .filter(nodes::life.eq(me.life))
            )
            .execute(c)
            .await)?;
            // The number of one that was forgotten is another node's by now.
            if left == 1 {
                // What it could not finish need not wait until its claim runs out.
                job::free(conn, &[me.number], Timestamp::now()).await?;
            }
            Ok(())
        })
    }

    /// The settings with which PostgreSQL may lose what it confirmed; none when it keeps it.
    pub async fn unsafe_settings(&self) -> Result<Vec<String>, StoreError> {
        #[derive(QueryableByName)]
        struct Off {
            #[diesel(sql_type = Text)]
            name: String,
        }
        const OFF: &str = "SELECT name FROM pg_settings WHERE setting = 'off' \
            AND name IN ('fsync', 'full_page_writes', 'synchronous_commit') ORDER BY name";
        let mut conn = self.db().read().await?;
        let off: Vec<Off> = match &mut conn {
            // It is told by every connection of ours.
            Conn::Sqlite(_) => Vec::new(),
            Conn::Postgres(object) => {
                let off = diesel::sql_query(OFF).load(&mut **object);
                boxed(off).await.map_err(refused)?
            }
        };
        Ok(off.into_iter().map(|off| off.name).collect())
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.db().check()?;
        let mut conn = self.db().read().await?;
        let _: i64 = with_conn!(&mut conn, |c| installation::table
            .select(installation::epoch)
            .first(c)
            .await)?;
        Ok(())
    }
}

async fn nodes_of(conn: &mut Conn) -> Result<Vec<NodeRow>, StoreError> {
    with_conn!(conn, |c| nodes::table
        .order(nodes::number)
        .select(NodeRow::as_select())
        .load(c)
        .await)
}

/// Has this process go by the database's clock; gives by how many milliseconds that is ahead of the machine's.
async fn set_clock(db: &Db) -> Result<i64, StoreError> {
    if db.is_embedded() {
        return Ok(0);
    }
    let mut conn = db.read().await?;
    // What the first question of a connection costs is no way there and back.
    now_of(&mut conn).await?;
    Ok(compare_clocks(&mut conn).await?.1)
}

/// The database's time, and by how many milliseconds it is ahead of this machine's: if that is more than the way there and
/// back can make, this process goes by it from now on.
async fn compare_clocks(conn: &mut Conn) -> Result<(Timestamp, i64), StoreError> {
    let (asked, started) = (Timestamp::of_this_machine(), Instant::now());
    let now = now_of(conn).await?;
    if matches!(conn, Conn::Sqlite(_)) {
        return Ok((now, 0));
    }
    let ours = Timestamp::now();
    let took = started.elapsed();
    let ahead = now.millis() - (asked + took / 2).millis();
    let present = now + took / 2;
    if ours.since(present).max(present.since(ours)) <= APART + took {
        return Ok((now, ahead));
    }
    if Duration::from_millis(ahead.unsigned_abs()) <= APART {
        follow(0);
        tracing::info!("this machine's clock and the database's agree again");
    } else {
        follow(ahead);
        tracing::warn!(
            ahead_ms = ahead,
            "the database's clock differs from this machine's, and is followed: set the wrong one (NTP)"
        );
    }
    Ok((now, ahead))
}

/// Brings the tables at `place` to the present shape; tells how many steps were made.
pub async fn migrate(place: &Place) -> Result<usize, StoreError> {
    match place {
        Place::File(path) => {
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent)
                    .map_err(|error| StoreError::Unavailable(error.to_string()))?;
            }
            steps::sqlite(path).await
        }
        Place::Server(url) => steps::postgres(url).await,
    }
}

async fn epoch(db: &Db) -> Result<i64, StoreError> {
    in_tx!(db, |conn| {
        let now = Timestamp::now();
        with_conn!(conn, |c| diesel::insert_into(installation::table)
            .values((
                installation::id.eq(1_i64),
                installation::epoch.eq(now.millis() / 1000),
                installation::created_at.eq(now.naive()),
            ))
            .on_conflict_do_nothing()
            .execute(c)
            .await)?;
        with_conn!(conn, |c| installation::table
            .select(installation::epoch)
            .first(c)
            .await)
    })
}

/// Since when this node has seen the others without a break. When the database was away nobody could say that they
/// live: whoever is there first must not take all others for dead.
#[derive(Default)]
pub(super) struct Lookout(Mutex<Option<Watch>>);

#[derive(Clone, Copy)]
struct Watch {
    since: Instant,
    last: Instant,
    /// It could look before, and then not for a while.
    broke: bool,
}

/// How well this node can judge who is silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sight {
    /// It has just begun to look: it believes the table, and buries nobody.
    New,
    /// It could not look for a while, until a moment ago: it takes nobody for silent.
    Blurred,
    Clear,
}

impl Lookout {
    fn sight(&self) -> Sight {
        let Some(watch) = *self.lock() else {
            return Sight::New;
        };
        if watch.last.elapsed() >= DEAD_AFTER {
            return Sight::Blurred;
        }
        match (watch.since.elapsed() >= DEAD_AFTER, watch.broke) {
            (true, _) => Sight::Clear,
            (false, true) => Sight::Blurred,
            (false, false) => Sight::New,
        }
    }

    fn note(&self) {
        let mut watch = self.lock();
        let now = Instant::now();
        *watch = Some(match *watch {
            Some(before) if before.last.elapsed() < DEAD_AFTER => Watch {
                last: now,
                ..before
            },
            before => Watch {
                since: now,
                last: now,
                broke: before.is_some(),
            },
        });
    }

    fn lock(&self) -> MutexGuard<'_, Option<Watch>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who is there, by the table.
fn membership(me: Peer, rows: &[NodeRow], border: Timestamp) -> Membership {
    let live = || {
        let heard = |row: &&NodeRow| row.life != 0 && row.seen_at > border.naive();
        rows.iter().filter(heard)
    };
    let with = |standing: &[Standing]| {
        let is = |row: &&NodeRow| standing.iter().any(|one| one.as_str() == row.standing);
        live().filter(is).map(NodeRow::peer).collect()
    };
    Membership {
        me,
        owners: with(&[Standing::Live]),
        live: with(&[Standing::Live, Standing::Leaving]),
    }
}

/// The time by the database's clock.
pub(super) async fn now_of(conn: &mut Conn) -> Result<Timestamp, StoreError> {
    #[derive(QueryableByName)]
    struct Now {
        #[diesel(sql_type = SqlTimestamp)]
        now: NaiveDateTime,
    }
    const NOW: &str = "SELECT clock_timestamp() AT TIME ZONE 'UTC' AS now";
    match conn {
        // The database is a part of this process.
        Conn::Sqlite(_) => Ok(Timestamp::now()),
        Conn::Postgres(object) => {
            let now = kept(diesel::sql_query(NOW));
            let now: Now = boxed(now.get_result(&mut **object))
                .await
                .map_err(refused)?;
            Ok(field::instant(now.now))
        }
    }
}

/// Who was silent for too long is dead: its jobs are free, and so are the rows that it holds: it may be asleep in the middle
/// of a transaction. Much later its number is, too.
async fn bury_silent(conn: &mut Conn, me: i64, now: Timestamp) -> Result<(), StoreError> {
    let silent = nodes::table
        .filter(nodes::number.ne(me))
        .filter(nodes::seen_at.lt((now - DEAD_AFTER).naive()));
    let silent: Vec<NodeRow> = match conn {
        Conn::Sqlite(object) => {
            boxed(silent.select(NodeRow::as_select()).load(&mut **object)).await
        }
        // Two nodes that bury at the same time must not wait for each other.
        Conn::Postgres(object) => {
            let silent = silent.select(NodeRow::as_select());
            boxed(silent.for_update().skip_locked().load(&mut **object)).await
        }
    }
    .map_err(refused)?;
    let forgotten_at = (now - FORGOTTEN_AFTER).naive();
    let (gone, silent): (Vec<_>, Vec<_>) = silent
        .into_iter()
        .partition(|row| row.seen_at < forgotten_at);
    let fallen = || {
        let fallen = |row: &&NodeRow| row.standing != Standing::Dead.as_str();
        silent.iter().filter(fallen)
    };
    let dead: Vec<i64> = fallen().map(|row| row.number).collect();
    let gone: Vec<i64> = gone.iter().map(|row| row.number).collect();
    if !dead.is_empty() {
        if let Conn::Postgres(object) = conn {
            for row in fallen() {
                cut_off(object, row.life).await?;
            }
        }
        tracing::warn!(nodes = ?dead, "nodes are silent; their jobs are taken over");
        let mark = nodes::standing.eq(Standing::Dead.as_str());
        with_conn!(conn, |c| diesel::update(
            nodes::table.filter(nodes::number.eq_any(&dead))
        )
        .set(mark)
        .execute(c)
        .await)?;
        job::free(conn, &dead, now).await?;
    }
    if !gone.is_empty() {
        with_conn!(conn, |c| diesel::delete(
            nodes::table.filter(nodes::number.eq_any(&gone))
        )
        .execute(c)
        .await)?;
    }
    Ok(())
}

/// Ends the connections by which this run of a process changes rows, and with them what they were about to do. The heartbeat's
/// stays: it learns by that how it is seen.
async fn cut_off(c: &mut AsyncPgConnection, life: i64) -> Result<(), StoreError> {
    const CUT_OFF: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
        WHERE application_name IN ($1, $2) AND usename = current_user AND datname = current_database()";
    let [all, commit] = working_connections(life);
    let ended = diesel::sql_query(CUT_OFF)
        .bind::<Text, _>(all)
        .bind::<Text, _>(commit);
    boxed(kept(ended).execute(c)).await.map_err(refused)?;
    Ok(())
}

async fn take_number(db: &Db, name: &str, life: i64) -> Result<Peer, StoreError> {
    in_tx!(db, |conn| {
        if let Conn::Postgres(object) = conn {
            // SQLite has one process, and its transaction holds the only writer.
            diesel::sql_query("LOCK TABLE nodes IN EXCLUSIVE MODE")
                .execute(&mut **object)
                .await
                .map_err(refused)?;
        }
        let now = now_of(conn).await?;
        let embedded = matches!(conn, Conn::Sqlite(_));
        let held: Vec<i64> = if embedded {
            Vec::new()
        } else {
            with_conn!(conn, |c| nodes::table
                .select(nodes::number)
                .order(nodes::number)
                .load(c)
                .await)?
        };
        let number = (1..=MOST_NODES)
            .find(|number| held.binary_search(number).is_err())
            .ok_or_else(|| StoreError::Unavailable("too many nodes".to_owned()))?;
        let row = (
            nodes::name.eq(name),
            nodes::seen_at.eq(now.naive()),
            nodes::life.eq(life),
            nodes::standing.eq(Standing::Tool.as_str()),
            nodes::version.eq(env!("CARGO_PKG_VERSION")),
            nodes::started_at.eq(Some(now.naive())),
        );
        with_conn!(conn, |c| diesel::insert_into(nodes::table)
            .values((nodes::number.eq(number), row))
            .on_conflict(nodes::number)
            .do_update()
            .set(row)
            .execute(c)
            .await)?;
        Ok(Peer { number, life })
    })
}

/// Names this run of this process, for ever.
fn fresh_life() -> Result<i64, StoreError> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|error| StoreError::Broken(error.to_string()))?;
    // Positive, and 0 is nobody.
    Ok((i64::from_ne_bytes(bytes) & i64::MAX).max(1))
}
