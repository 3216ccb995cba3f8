//! What PostgreSQL knows of how much lies in its tables. It looks itself each minute, as it comes; until then it takes a
//! table that was just made for nearly empty, and reads all rows of an organization where it should go by an id: in a
//! database that fills quickly its plans are wrong by a factor of thousands, and connections keep them. So what has doubled
//! is analyzed here. Large tables are left to PostgreSQL, which has looked at them by then. Of partitioned tables each
//! partition is one of its own; nobody looks at the whole, by which no plan goes.

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

/// Our tables of some size with twice as many rows as PostgreSQL knows of; -1 means that it never looked. None while another
/// node is at it.
const GROWN: &str = "SELECT format('%I.%I', s.schemaname, s.relname) AS name \
    FROM (SELECT pg_try_advisory_xact_lock(4815162344) AS mine) AS turn \
    JOIN pg_stat_user_tables AS s ON turn.mine JOIN pg_class AS c ON c.oid = s.relid \
    WHERE s.schemaname = current_schema() AND pg_has_role(c.relowner, 'USAGE') \
    AND s.n_live_tup BETWEEN 200 AND 200000 AND s.n_live_tup > 2 * c.reltuples \
    ORDER BY s.n_live_tup DESC LIMIT 20";

#[derive(QueryableByName)]
struct Table {
    #[diesel(sql_type = Text)]
    name: String,
}

impl Store {
    /// Has PostgreSQL look at the tables that have doubled; tells how many there were.
    pub async fn analyze_grown(&self) -> Result<usize, StoreError> {
        in_tx!(self.db(), |conn| {
            let Conn::Postgres(object) = conn else {
                return Ok(0);
            };
            let grown = kept(diesel::sql_query(GROWN)).load(&mut **object);
            let grown: Vec<Table> = boxed(grown).await.map_err(refused)?;
            for table in &grown {
                // What PostgreSQL is at itself it need not be told.
                let analyze = format!("ANALYZE (SKIP_LOCKED) {}", table.name);
                boxed(object.batch_execute(&analyze))
                    .await
                    .map_err(refused)?;
            }
            Ok(grown.len())
        })
    }
}
