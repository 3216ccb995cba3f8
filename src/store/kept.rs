//! Statements that stay prepared. Diesel prepares updates, inserts of several rows and plain SQL anew each
//! time, because their text could be another each time; where it is not, [`kept`] says so. (Half of what a
//! small batch cost PostgreSQL was parsing and planning; SQLite compiled each row's insert.)

use diesel::SqliteConnection;
use diesel::backend::Backend;
use diesel::connection::LoadConnection;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::Untyped;
use diesel::sqlite::Sqlite;

/// A query of which the connection keeps the prepared statement, found by its text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kept<Q>(Q);

/// Keeps `query` prepared. Only for texts of which there is a handful: the cache never shrinks.
pub(crate) const fn kept<Q>(query: Q) -> Kept<Q> {
    Kept(query)
}

/// Numbers for `eq_any`, filled up to a power of two by naming the last one again. SQLite's text has a place for each number,
/// and so there are few texts to keep.
pub(crate) fn filled<T: Clone>(numbers: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut all: Vec<T> = numbers.into_iter().collect();
    if let Some(last) = all.last().cloned() {
        all.resize(all.len().next_power_of_two(), last);
    }
    all
}

impl<Q> QueryId for Kept<Q> {
    type QueryId = ();
    /// The text is the key: a type does not tell which columns an update or an insert leaves out.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query> Query for Kept<Q> {
    type SqlType = Q::SqlType;
}

impl<Q, D> QueryFragment<D> for Kept<Q>
where
    D: Backend,
    Q: QueryFragment<D>,
{
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, D>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, _backend: &D) -> QueryResult<bool> {
        Ok(true)
    }
}

impl<Q, C> diesel::RunQueryDsl<C> for Kept<Q> {}

/// Runs a statement without rows on SQLite and keeps it prepared. Diesel's `execute` there looks at a query through a
/// reference, which answers by itself whether it may be kept, and prepares it anew each time.
pub(crate) fn run<Q: QueryFragment<Sqlite>>(
    query: Q,
    conn: &mut SqliteConnection,
) -> QueryResult<()> {
    for row in conn.load(Kept(Silent(query)))? {
        row?;
    }
    Ok(())
}

/// A statement that gives no rows, as a query: only those are looked at by value.
struct Silent<Q>(Q);

impl<Q> Query for Silent<Q> {
    type SqlType = Untyped;
}

impl<Q: QueryFragment<Sqlite>> QueryFragment<Sqlite> for Silent<Q> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use diesel::connection::InstrumentationEvent;
    use diesel::sql_types::BigInt;
    use diesel::{Connection, RunQueryDsl};

    use super::*;

    #[test]
    fn the_last_number_fills_up() {
        assert!(filled(Vec::<i64>::new()).is_empty());
        assert_eq!(filled([7]), [7]);
        assert_eq!(filled([7, 8, 9]), [7, 8, 9, 9]);
        assert_eq!(filled([7, 8, 9, 10]), [7, 8, 9, 10]);
    }

    #[test]
    fn what_runs_often_is_prepared_once() {
        let mut conn = SqliteConnection::establish(":memory:").expect("a database");
        let table = diesel::sql_query("CREATE TABLE numbers (n BIGINT)");
        table.execute(&mut conn).expect("a table");
        let kept = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&kept);
        conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if matches!(event, InstrumentationEvent::CacheQuery { .. }) {
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
        for n in 0..3 {
            let insert = diesel::sql_query("INSERT INTO numbers VALUES ($1)");
            run(insert.bind::<BigInt, _>(n), &mut conn).expect("inserted");
        }
        assert_eq!(kept.load(Ordering::Relaxed), 1);
        #[derive(diesel::QueryableByName)]
        struct Sum {
            #[diesel(sql_type = BigInt)]
            sum: i64,
        }
        let sum: Sum = diesel::sql_query("SELECT sum(n) AS sum FROM numbers")
            .get_result(&mut conn)
            .expect("a sum");
        assert_eq!(sum.sum, 3);
    }
}
