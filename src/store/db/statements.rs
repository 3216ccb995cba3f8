//! What is written differently for each database: inserts of many rows, and locks.

/// Inserts owned rows: one statement on PostgreSQL; on SQLite one blocking call with a statement per row,
/// because a batch insert is not written the same way there.
#[macro_export]
macro_rules! insert_all {
    ($conn:expr, $table:expr, $rows:expr) => {{
        let rows = $rows;
        match $conn {
            _ if rows.is_empty() => Ok(()),
            $crate::store::db::Conn::Sqlite(object) => object
                .spawn_blocking(move |c| $crate::insert_each!(c, $table, rows))
                .await
                .map_err($crate::store::db::refused),
            $crate::store::db::Conn::Postgres(object) => {
                $crate::store::bulk::Bulk::insert(&**object, rows).await
            }
        }
    }};
}

/// Inserts owned rows into SQLite, a statement each, compiled once for all that leave out the same columns.
#[macro_export]
macro_rules! insert_each {
    ($conn:expr, $table:expr, $rows:expr) => {
        $rows.into_iter().try_for_each(|row| {
            let query = $crate::store::kept::kept(diesel::insert_into($table).values(row));
            diesel::RunQueryDsl::execute(query, &mut *$conn).map(drop)
        })
    };
}

/// Reads the rows of a query and locks them against other nodes, in the order in which it gives them. SQLite knows
/// no row locks: its transaction holds the only writer.
#[macro_export]
macro_rules! lock_all {
    ($conn:expr, $query:expr) => {
        $crate::lock_rows!($conn, load, $query, for_update).map_err($crate::store::db::refused)
    };
}

/// [`lock_all!`] for the first row only; gives an `Option`.
#[macro_export]
macro_rules! lock_first {
    ($conn:expr, $query:expr) => {
        $crate::lock_rows!($conn, first, $query, for_update)
            .optional()
            .map_err($crate::store::db::refused)
    };
}

/// [`lock_first!`] that lets others store rows which refer to the locked one: none of its keys changes.
#[macro_export]
macro_rules! hold_first {
    ($conn:expr, $query:expr) => {
        $crate::lock_rows!($conn, first, $query, for_no_key_update)
            .optional()
            .map_err($crate::store::db::refused)
    };
}

/// What [`lock_all!`], [`lock_first!`] and [`hold_first!`] share. The query is written out for each database: a row type fixes which.
#[macro_export]
macro_rules! lock_rows {
    ($conn:expr, $how:ident, $query:expr, $strength:ident) => {
        match $conn {
            $crate::store::db::Conn::Sqlite(object) => {
                $crate::store::db::boxed(diesel_async::RunQueryDsl::$how($query, &mut **object))
                    .await
            }
            $crate::store::db::Conn::Postgres(object) => {
                let query = $query.$strength();
                $crate::store::db::boxed(diesel_async::RunQueryDsl::$how(query, &mut **object))
                    .await
            }
        }
    };
}
