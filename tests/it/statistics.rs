//! What PostgreSQL knows of tables that fill quickly.

use std::time::Duration;

use command_center::store::db::Conn;
use diesel::QueryableByName;
use diesel::sql_types::Float;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};

use crate::support::database::{Engine, TestDatabase};

#[tokio::test(flavor = "multi_thread")]
async fn what_fills_quickly_is_analyzed_each_time_that_it_has_doubled() {
    #[derive(QueryableByName)]
    struct Known {
        #[diesel(sql_type = Float)]
        rows: f32,
    }
    let database = TestDatabase::create(Engine::Postgres).await;
    let store = database.open().await;
    let fill = async |rows: u32| {
        let mut conn = store.connection().await.unwrap();
        let Conn::Postgres(object) = &mut conn else {
            panic!("it is PostgreSQL");
        };
        let fill = format!(
            "CREATE TABLE IF NOT EXISTS \"Filled up\" (id BIGINT); \
            INSERT INTO \"Filled up\" SELECT generate_series(1, {rows})"
        );
        object.batch_execute(&fill).await.unwrap();
        conn.commit().await.unwrap();
    };
    let known = async || {
        let mut conn = store.connection().await.unwrap();
        let Conn::Postgres(object) = &mut conn else {
            panic!("it is PostgreSQL");
        };
        let known =
            diesel::sql_query("SELECT reltuples AS rows FROM pg_class WHERE relname = 'Filled up'");
        let known: Known = known.get_result(&mut **object).await.unwrap();
        known.rows
    };
    for (more, all) in [(300, 300.0), (500, 800.0)] {
        fill(more).await;
        // PostgreSQL counts rows some seconds after they were stored.
        let counted = async {
            while known().await < all {
                store.analyze_grown().await.unwrap();
            }
        };
        tokio::time::timeout(Duration::from_secs(60), counted)
            .await
            .unwrap();
        assert!((known().await - all).abs() < 0.5);
    }
    fill(500).await;
    assert_eq!(store.analyze_grown().await.unwrap(), 0);
}
