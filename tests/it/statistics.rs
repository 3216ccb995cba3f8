//! What PostgreSQL knows of tables that fill quickly.

use std::time::Duration;

use command_center::store::Store;
use command_center::store::db::Conn;
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Bool, Float};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};

use crate::support::database::{Engine, TestDatabase};

#[tokio::test(flavor = "multi_thread")]
async fn what_fills_quickly_is_analyzed_each_time_that_it_has_doubled() {
    #[derive(QueryableByName)]
    struct Known {
        #[diesel(sql_type = Float)]
        known: f32,
        #[diesel(sql_type = BigInt)]
        there: i64,
    }
    let database = TestDatabase::create(Engine::Postgres).await;
    let store = database.open().await;
    let fill = async |rows: u32| {
        let fill = format!(
            "CREATE TABLE IF NOT EXISTS \"Filled up\" (id BIGINT) \
            WITH (autovacuum_enabled = false); \
            INSERT INTO \"Filled up\" SELECT generate_series(1, {rows})"
        );
        run(&store, &fill).await;
    };
    // PostgreSQL counts rows some seconds after they were stored.
    let look_until = async |mut is_so: Box<dyn FnMut(&Known) -> bool>, analyze: bool| {
        const LOOK: &str = "SELECT c.reltuples AS known, s.n_live_tup AS there FROM pg_class AS c \
            JOIN pg_stat_user_tables AS s ON s.relid = c.oid WHERE c.relname = 'Filled up'";
        let look = async {
            loop {
                if analyze {
                    store.analyze_grown().await.unwrap();
                }
                let mut conn = store.connection().await.unwrap();
                let Conn::Postgres(object) = &mut conn else {
                    panic!("it is PostgreSQL");
                };
                let seen: Known = diesel::sql_query(LOOK)
                    .get_result(&mut **object)
                    .await
                    .unwrap();
                conn.roll_back().await;
                if is_so(&seen) {
                    return seen;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let seen = tokio::time::timeout(Duration::from_secs(60), look).await;
        seen.unwrap()
    };
    for (more, all) in [(300, 300.0), (500, 800.0)] {
        fill(more).await;
        let seen = look_until(Box::new(move |seen| seen.known >= all), true).await;
        assert!((seen.known - all).abs() < 0.5);
    }
    fill(500).await;
    let seen = look_until(Box::new(|seen| seen.there == 1_300), false).await;
    assert!((seen.known - 800.0).abs() < 0.5);
    assert_eq!(store.analyze_grown().await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_anew_again_and_again_is_vacuumed() {
    #[derive(QueryableByName)]
    struct Seen {
        #[diesel(sql_type = BigInt)]
        dead: i64,
        #[diesel(sql_type = Bool)]
        vacuumed: bool,
    }
    let database = TestDatabase::create(Engine::Postgres).await;
    let store = database.open().await;
    let anew = "UPDATE \"Worn out\" SET times = times + 1;".repeat(11);
    let wear = format!(
        "CREATE TABLE \"Worn out\" (id BIGINT, times BIGINT) WITH (autovacuum_enabled = false); \
        INSERT INTO \"Worn out\" SELECT generate_series(1, 1000), 0; {anew}"
    );
    run(&store, &wear).await;
    // PostgreSQL counts rows some seconds after they were stored.
    let vacuum = async {
        while store.vacuum_littered().await.unwrap() == 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), vacuum)
        .await
        .unwrap();
    const LOOK: &str = "SELECT n_dead_tup AS dead, last_vacuum IS NOT NULL AS vacuumed \
        FROM pg_stat_user_tables WHERE relname = 'Worn out'";
    let Conn::Postgres(mut object) = store.connection().await.unwrap() else {
        panic!("it is PostgreSQL");
    };
    let seen: Seen = diesel::sql_query(LOOK)
        .get_result(&mut *object)
        .await
        .unwrap();
    assert!(seen.vacuumed);
    assert_eq!(seen.dead, 0);
    assert_eq!(store.vacuum_littered().await.unwrap(), 0);
}

/// Has PostgreSQL do this, in one transaction.
async fn run(store: &Store, statements: &str) {
    let mut conn = store.connection().await.unwrap();
    let Conn::Postgres(object) = &mut conn else {
        panic!("it is PostgreSQL");
    };
    object.batch_execute(statements).await.unwrap();
    conn.commit().await.unwrap();
}
