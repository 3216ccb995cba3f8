//! How long the hub's own paths take, on a database where there is one: callbacks, group commit, lists.
//!
//! `TEST_DATABASE_URL` names a PostgreSQL server on which a database may be made; without it only SQLite is
//! measured. `BENCH_MESSAGES` says how many messages the lists are read from (20000).
#![allow(clippy::unwrap_used)]

mod commit;
#[allow(dead_code, reason = "the stories use more of it")]
#[path = "../../tests/it/support/database.rs"]
mod database;
mod list;
mod machine;
mod webhook;

use std::time::Duration;

use criterion::Criterion;
use database::Engine;

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(1500))
        .configure_from_args();
    machine::measure(&mut criterion);
    webhook::measure(&mut criterion);
    for engine in engines() {
        commit::measure(&mut criterion, engine);
        list::measure(&mut criterion, engine);
    }
}

fn engines() -> Vec<Engine> {
    if std::env::var_os("TEST_DATABASE_URL").is_some() {
        return vec![Engine::Sqlite, Engine::Postgres];
    }
    println!(
        "PostgreSQL is left out: TEST_DATABASE_URL names no server on which a database may be made"
    );
    vec![Engine::Sqlite]
}

/// How an engine is called in the names of benchmarks.
const fn name(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgres",
    }
}

/// A runtime like a node's, on which stores are opened and asked.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Runtime::new().unwrap()
}
