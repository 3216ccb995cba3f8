//! What PostgreSQL knows of how much lies in its tables. It looks itself each minute, as it comes; until then it takes a
//! table that was just made for nearly empty, and reads all rows of an organization where it should go by an id: in a
//! database that fills quickly its plans are wrong by a factor of thousands, and connections keep them. So what has doubled
//! is analyzed here. Large tables are left to PostgreSQL: there its plans are right already.

use std::time::Duration;

use actors::ports::store::StoreError;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};

use super::Store;
use super::db::{Conn, boxed, refused};
use super::kept::kept;
use crate::in_tx;

/// How often it is looked which tables have doubled.
pub const LOOK: Duration = Duration::from_secs(3);

/// Tables of some size with twice as many rows as PostgreSQL knows of; -1 means that it never looked.
const GROWN: &str = "SELECT format('%I.%I', s.schemaname, s.relname) AS name \
    FROM pg_stat_user_tables AS s JOIN pg_class AS c ON c.oid = s.relid \
    WHERE s.schemaname = current_schema() AND s.n_live_tup BETWEEN 200 AND 200000 \
    AND s.n_live_tup > 2 * c.reltuples ORDER BY s.n_live_tup DESC LIMIT 20";
/// Somebody else may be at it.
const BRIEF: &str = "SET LOCAL lock_timeout = '100ms'";

#[derive(QueryableByName)]
struct Table {
    #[diesel(sql_type = Text)]
    name: String,
}

impl Store {
    /// Has PostgreSQL look at the tables that have doubled; tells how many there were.
    pub async fn analyze_grown(&self) -> Result<usize, StoreError> {
        let mut conn = self.db().read().await?;
        let Conn::Postgres(object) = &mut conn else {
            return Ok(0);
        };
        let grown = kept(diesel::sql_query(GROWN)).load(&mut **object);
        let grown: Vec<Table> = boxed(grown).await.map_err(refused)?;
        drop(conn);
        for table in &grown {
            let analyze = format!("{BRIEF}; ANALYZE {}", table.name);
            in_tx!(self.db(), |conn| {
                match conn {
                    Conn::Sqlite(_) => Ok(()),
                    Conn::Postgres(object) => {
                        boxed(object.batch_execute(&analyze)).await.map_err(refused)
                    }
                }
            })?;
        }
        Ok(grown.len())
    }
}
