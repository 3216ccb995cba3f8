//! The two databases behind one type. A query is written once and expanded for both by [`with_conn!`]; the
//! few statements that differ match on [`Conn`] and say why. SQLite has one writer and some readers, so that
//! "database is locked" can not happen inside this process.

mod line;
mod place;
mod sqlite;
mod statements;
mod syncer;
mod tls;

use std::error::Error as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actors::figure;
use actors::ports::store::StoreError;
use deadpool::managed::QueueMode;
use diesel::connection::AnsiTransactionManager as BlockingManager;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::{ConnectionError, ConnectionResult};
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection, TransactionManager};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};
use tokio::runtime::Handle;

pub use self::line::Line;
use self::line::lend;
pub use self::place::{at_once, run_here};
use self::sqlite::Keeper;
pub use self::sqlite::{Sqlite, WriteBack, blocking_tx};
pub use self::syncer::End;
use self::syncer::Syncer;

/// Connections to PostgreSQL of one node, besides the committer's.
const POSTGRES_CONNECTIONS: usize = 15;
/// Connections of the committer, which has two transactions at a time; a third one is made while one is being replaced.
const COMMITTER_CONNECTIONS: usize = 3;
/// The connection that was used last is lent next: it has its statements prepared and its caches filled.
const WARM: QueueMode = QueueMode::Lifo;
/// What every PostgreSQL connection is told: no statement outlives the patience of its caller. A young table has
/// no statistics, and a prepared plan that read all of it would stay while it grows (7 ms per batch instead of
/// 0.1 ms, measured): indexes go first, whatever the statistics say. Nor is any query worth compiling, planning anew each time, or
/// starting another process for.
const POSTGRES_SETUP: &str = "SET statement_timeout = '30s'; \
    SET idle_in_transaction_session_timeout = '10s'; SET TIME ZONE 'UTC'; \
    SET enable_seqscan = off; SET jit = off; SET max_parallel_workers_per_gather = 0; \
    SET plan_cache_mode = force_generic_plan";

/// What the committer's connections are told besides: a batch that meets a row which somebody holds goes one by one,
/// so that the others need not wait for it. Batches of other nodes hold their organizations' rows for some ways there and
/// back: those of a server that answers 200 ms late are no reason. A node that stops in the middle of a batch (its machine
/// died, or it was paused) holds its organization's row, and all others wait for it, until the server ends the batch.
const COMMITTER_SETUP: &str =
    "SET lock_timeout = '2s'; SET idle_in_transaction_session_timeout = '5s'";
/// What the heartbeat's is told besides: one that takes longer is given up by the server, so that the connection is free for
/// the next.
const HEART_SETUP: &str = "SET statement_timeout = '3s'";
/// How the pools are called whose connections change rows, in figures and to the server.
const ALL: &str = "all";
const COMMIT: &str = "commit";
/// A server that does not confirm what it got for so long is gone.
const SILENCE: Duration = Duration::from_secs(10);
/// How often a machine that says nothing is asked whether it is still there.
const PROBE: Duration = Duration::from_secs(3);

/// The database of this installation; cheap to clone.
#[derive(Clone)]
pub enum Db {
    Sqlite {
        writer: Pool<Sqlite>,
        readers: Pool<Sqlite>,
        /// For those who look for single rows.
        glances: Pool<Sqlite>,
        keeper: Arc<Keeper>,
        syncer: Arc<Syncer>,
        /// Whether whoever ends a transaction waits until it lasts. The committer does not: it has the answers given when it does.
        waits: bool,
    },
    Postgres {
        /// Whose connections they are, in figures.
        name: &'static str,
        /// The run of the process that they belong to.
        life: i64,
        pool: Pool<AsyncPgConnection>,
        line: Arc<Line>,
    },
}

/// How a pool of connections fares at the moment.
#[derive(Clone, Copy, Debug)]
pub struct PoolState {
    pub name: &'static str,
    /// Connections on loan.
    pub busy: usize,
    /// Connections that nobody has.
    pub idle: usize,
    /// Who waits for a connection.
    pub waiting: usize,
}

/// A connection on loan, to either database.
#[expect(
    clippy::large_enum_variant,
    reason = "one per request, on the stack; a box would cost every query an allocation"
)]
pub enum Conn {
    Sqlite(Object<Sqlite>),
    Postgres(Object<AsyncPgConnection>),
}

/// What PostgreSQL knows a run of a process's connections of that name by.
fn application_name(name: &str, life: i64) -> String {
    format!("command-center {name} {life:x}")
}

/// What it knows those by that hold rows which others wait for.
pub fn working_connections(life: i64) -> [String; 2] {
    [ALL, COMMIT].map(|name| application_name(name, life))
}

/// Runs one query on either database: `with_conn!(conn, |c| users::table.load::<Row>(c).await)`. The body is
/// expanded once per database; it gives a `QueryResult`, which becomes a `Result<_, StoreError>`.
#[macro_export]
macro_rules! with_conn {
    ($conn:expr, |$c:ident| $body:expr) => {
        match $conn {
            $crate::store::db::Conn::Sqlite(object) => {
                let $c: &mut $crate::store::db::Sqlite = &mut *object;
                $crate::store::db::boxed(async { $body })
                    .await
                    .map_err($crate::store::db::refused)
            }
            $crate::store::db::Conn::Postgres(object) => {
                let $c: &mut diesel_async::AsyncPgConnection = &mut *object;
                $crate::store::db::boxed(async { $body })
                    .await
                    .map_err($crate::store::db::refused)
            }
        }
    };
}

/// Runs a block in one transaction: `in_tx!(db, |conn| { …; Ok(value) })`. Commits when the block gives `Ok`,
/// rolls back when it gives `Err`. `?` leaves the block only.
#[macro_export]
macro_rules! in_tx {
    ($db:expr, |$conn:ident| $body:block) => {
        $crate::store::db::transaction(async {
            let db = &$db;
            let mut transaction = db.begin().await?;
            let result = {
                let $conn = &mut transaction;
                async { $body }.await
            };
            match result {
                Ok(value) => {
                    transaction.commit().await?;
                    db.lasts().await?;
                    Ok(value)
                }
                Err(error) => {
                    transaction.roll_back().await;
                    Err(error)
                }
            }
        })
        .await
    };
}

/// A query behind a pointer: what awaits it need not know diesel's types, which halves the time that the compiler
/// takes.
pub fn boxed<'a, T>(
    query: impl Future<Output = diesel::QueryResult<T>> + Send + 'a,
) -> BoxFuture<'a, diesel::QueryResult<T>> {
    Box::pin(query)
}

/// A transaction behind a pointer, for the same reason.
pub fn transaction<'a, T>(
    work: impl Future<Output = Result<T, StoreError>> + Send + 'a,
) -> BoxFuture<'a, Result<T, StoreError>> {
    Box::pin(work)
}

impl Db {
    /// Opens (or creates) the SQLite database at `path`.
    pub fn sqlite(path: &Path) -> Result<Self, StoreError> {
        let url = path.to_string_lossy().into_owned();
        let broken = |error: std::io::Error| StoreError::Broken(error.to_string());
        Ok(Self::Sqlite {
            writer: sqlite::pool(&url, 1, false)?,
            readers: sqlite::pool(&url, sqlite::READERS, true)?,
            glances: sqlite::pool(&url, sqlite::READERS, false)?,
            keeper: Arc::new(Keeper::of(path.to_owned(), sqlite::pool(&url, 1, false)?)),
            syncer: Arc::new(Syncer::of(path).map_err(broken)?),
            waits: true,
        })
    }

    /// Prepares connections of this run of the process to the PostgreSQL database at `url` for everybody but the
    /// committer; nothing is connected yet.
    pub fn postgres(url: &SecretString, life: i64) -> Result<Self, StoreError> {
        // A connection's own task must not live on a web worker's runtime: it would die with the worker.
        let runtime = Handle::current();
        Self::connections(url, ALL, life, POSTGRES_CONNECTIONS, runtime, "")
    }

    /// The committer's way to the same database. On PostgreSQL it has connections of its own, which live on its
    /// thread: an answer is read where it is waited for, and nobody else's queries use them up.
    pub fn for_committer(
        &self,
        url: Option<&SecretString>,
        runtime: &Handle,
    ) -> Result<Self, StoreError> {
        match url {
            Some(url) => {
                let (count, runtime) = (COMMITTER_CONNECTIONS, runtime.clone());
                Self::connections(url, COMMIT, self.life(), count, runtime, COMMITTER_SETUP)
            }
            None => {
                let mut db = self.clone();
                if let Self::Sqlite { waits, .. } = &mut db {
                    *waits = false;
                }
                Ok(db)
            }
        }
    }

    /// The heartbeat's way to the same database. On PostgreSQL it has a connection of its own: a node whose requests wait
    /// for theirs lives.
    pub fn for_heart(&self, url: Option<&SecretString>) -> Result<Self, StoreError> {
        match url {
            Some(url) => {
                let runtime = Handle::current();
                Self::connections(url, "heart", self.life(), 1, runtime, HEART_SETUP)
            }
            None => Ok(self.clone()),
        }
    }

    /// The run of the process that the connections belong to; 0 on SQLite, where there is one only.
    const fn life(&self) -> i64 {
        match self {
            Self::Sqlite { .. } => 0,
            Self::Postgres { life, .. } => *life,
        }
    }

    fn connections(
        url: &SecretString,
        name: &'static str,
        life: i64,
        count: usize,
        runtime: Handle,
        setup: &'static str,
    ) -> Result<Self, StoreError> {
        let setup: Arc<str> = format!(
            "SET application_name = '{}'; {setup}",
            application_name(name, life)
        )
        .into();
        let mut config = ManagerConfig::default();
        config.recycling_method = RecyclingMethod::Fast;
        config.custom_setup = Box::new(move |url| {
            let (url, setup) = (url.to_owned(), setup.clone());
            let connected = runtime.spawn(async move {
                let mut conn = connect(&url).await?;
                conn.batch_execute(&setup)
                    .await
                    .map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(conn)
            });
            async move {
                connected
                    .await
                    .map_err(|error| ConnectionError::BadConnection(error.to_string()))?
            }
            .boxed()
        });
        let manager =
            AsyncDieselConnectionManager::new_with_config(url.expose_secret().to_owned(), config);
        let pool = Pool::builder(manager)
            .max_size(count)
            .queue_mode(WARM)
            .build()
            .map_err(|error| StoreError::Broken(error.to_string()))?;
        let line = Arc::default();
        Ok(Self::Postgres {
            name,
            life,
            pool,
            line,
        })
    }

    /// Whether this is SQLite.
    pub const fn is_embedded(&self) -> bool {
        matches!(self, Self::Sqlite { .. })
    }

    /// How the pools fare at the moment.
    pub fn pools(&self) -> Vec<PoolState> {
        let pool = |name, size: usize, idle: usize, waiting| PoolState {
            name,
            busy: size.saturating_sub(idle),
            idle,
            waiting,
        };
        match self {
            Self::Sqlite {
                writer,
                readers,
                glances,
                ..
            } => {
                let (write, read) = (writer.status(), readers.status());
                let glance = glances.status();
                vec![
                    pool("glance", glance.size, glance.available, glance.waiting),
                    pool("write", write.size, write.available, write.waiting),
                    pool("read", read.size, read.available, read.waiting),
                ]
            }
            Self::Postgres {
                name, pool: all, ..
            } => {
                let all = all.status();
                vec![pool(name, all.size, all.available, all.waiting)]
            }
        }
    }

    /// A connection to read from.
    pub async fn read(&self) -> Result<Conn, StoreError> {
        Ok(match self {
            Self::Sqlite { readers, .. } => Conn::Sqlite(lend(readers.get()).await?),
            Self::Postgres { pool, line, .. } => Conn::Postgres(line.lend(pool).await?),
        })
    }

    /// A connection to look for single rows with, see [`at_once`].
    pub async fn glance(&self) -> Result<Conn, StoreError> {
        match self {
            Self::Sqlite { glances, .. } => Ok(Conn::Sqlite(lend(glances.get()).await?)),
            Self::Postgres { .. } => self.read().await,
        }
    }

    /// A connection to write with, inside a fresh transaction; see [`in_tx!`].
    pub async fn begin(&self) -> Result<Conn, StoreError> {
        let started = Instant::now();
        let conn = match self {
            Self::Sqlite { writer, syncer, .. } => {
                syncer.check()?;
                let mut object = lend(writer.get()).await?;
                object
                    .spawn_blocking(|conn| {
                        BlockingManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE")
                    })
                    .await
                    .map_err(refused)?;
                Conn::Sqlite(object)
            }
            Self::Postgres { pool, line, .. } => {
                let mut object = line.lend(pool).await?;
                <AsyncPgConnection as AsyncConnection>::TransactionManager::begin_transaction(
                    &mut *object,
                )
                .await
                .map_err(refused)?;
                Conn::Postgres(object)
            }
        };
        metrics::histogram!(figure::DB_BEGIN_SECONDS).record(started.elapsed().as_secs_f64());
        Ok(conn)
    }

    /// Has `ends` called when all that is committed now lasts, and waits until that is under way: what comes meanwhile
    /// gathers for the next batch. With `here` this thread may do it itself, which wakes no other one.
    pub async fn when_it_lasts(&self, ends: Vec<End>, here: bool) {
        match self {
            _ if ends.is_empty() => {}
            Self::Sqlite { syncer, .. } => {
                let turn = syncer.after(ends, here);
                syncer.begun(turn).await;
            }
            Self::Postgres { .. } => ends.into_iter().for_each(|end| end(Ok(()))),
        }
    }

    /// Whether what is committed can be made to last at the moment.
    pub fn check(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite { syncer, .. } => syncer.check(),
            Self::Postgres { .. } => Ok(()),
        }
    }

    /// Waits until what was committed lasts. On PostgreSQL it does when the commit is answered.
    pub async fn lasts(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite {
                syncer,
                waits: true,
                ..
            } => syncer.lasts().await,
            Self::Sqlite { .. } | Self::Postgres { .. } => Ok(()),
        }
    }
}

impl Conn {
    /// The connection of what is written for SQLite alone.
    pub fn sqlite(&mut self) -> Result<&mut Object<Sqlite>, StoreError> {
        match self {
            Self::Sqlite(object) => Ok(object),
            Self::Postgres(_) => Err(StoreError::Broken("not SQLite".to_owned())),
        }
    }

    /// Makes what was done inside the transaction seen; [`Db::lasts`] says when it lasts.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        match &mut self {
            Self::Sqlite(object) => {
                <Sqlite as AsyncConnection>::TransactionManager::commit_transaction(&mut **object)
                    .await
            }
            Self::Postgres(object) => {
                <AsyncPgConnection as AsyncConnection>::TransactionManager::commit_transaction(
                    &mut **object,
                )
                .await
            }
        }
        .map_err(refused)
    }

    /// Undoes what was done inside the transaction.
    pub async fn roll_back(mut self) {
        let undone = match &mut self {
            Self::Sqlite(object) => {
                <Sqlite as AsyncConnection>::TransactionManager::rollback_transaction(&mut **object)
                    .await
            }
            Self::Postgres(object) => {
                <AsyncPgConnection as AsyncConnection>::TransactionManager::rollback_transaction(
                    &mut **object,
                )
                .await
            }
        };
        if let Err(error) = undone {
            // The pool throws such a connection away, and the database rolls back by itself.
            tracing::warn!(%error, "a transaction could not be rolled back");
        }
    }
}

/// What a query's error means to the caller.
pub fn refused(error: DieselError) -> StoreError {
    match error {
        DieselError::NotFound => StoreError::NotFound,
        DieselError::DatabaseError(kind, info) => {
            let text = info.message();
            match kind {
                DatabaseErrorKind::UniqueViolation => StoreError::Conflict,
                DatabaseErrorKind::SerializationFailure
                | DatabaseErrorKind::ClosedConnection
                | DatabaseErrorKind::UnableToSendCommand => {
                    StoreError::Unavailable(text.to_owned())
                }
                _ if is_passing(text) => StoreError::Unavailable(text.to_owned()),
                _ => StoreError::Broken(text.to_owned()),
            }
        }
        DieselError::BrokenTransactionManager
        | DieselError::RollbackErrorOnCommit { .. }
        | DieselError::RollbackTransaction => StoreError::Unavailable(error.to_string()),
        error => StoreError::Broken(error.to_string()),
    }
}

fn is_passing(text: &str) -> bool {
    [
        "locked",
        "busy",
        "deadlock",
        "shutting down",
        "terminating connection",
        "connection closed",
        "disk I/O",
        "disk is full",
        "No space left",
        "statement timeout",
        "lock timeout",
        "recovery mode",
        "starting up",
        "too many clients",
        "read-only",
        "readonly",
    ]
    .iter()
    .any(|piece| text.contains(piece))
}

/// One connection to PostgreSQL, with TLS when the address asks for it.
pub async fn connect(url: &str) -> ConnectionResult<AsyncPgConnection> {
    let bad = |error: tokio_postgres::Error| {
        let (told, cause) = (error.to_string(), error.source().map(ToString::to_string));
        // What is wrong with a certificate, or with an address, only the cause tells.
        let cause = cause.filter(|cause| !told.contains(cause));
        ConnectionError::BadConnection(match cause {
            Some(cause) => format!("{told}: {cause}"),
            None => told,
        })
    };
    let mut config: tokio_postgres::Config = url.parse().map_err(bad)?;
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(SILENCE);
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(SILENCE);
    }
    // A machine that is gone once it took a question never answers, and nothing is sent to it that it could leave
    // unconfirmed: it is asked whether it is still there. Whatever the address says of that holds.
    if config.get_keepalives_interval().is_none() {
        config.keepalives_interval(PROBE);
    }
    if config.get_keepalives_idle() == Duration::from_hours(2) {
        config.keepalives_idle(PROBE);
    }
    let tls = tls::of(config.get_ssl_mode());
    let (client, connection) = config.connect(tls).await.map_err(bad)?;
    let mut conn = AsyncPgConnection::try_from_client_and_connection(client, connection).await?;
    conn.batch_execute(POSTGRES_SETUP)
        .await
        .map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(conn)
}
