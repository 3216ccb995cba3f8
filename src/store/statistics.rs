//! What PostgreSQL knows of how much lies in its tables, and what it clears out of them. It looks itself each minute, as it
//! comes; until then it takes a table that was just made for nearly empty, and reads all rows of an organization where it
//! should go by an id: in a database that fills quickly its plans are wrong by a factor of thousands, and connections keep
//! them. So what has doubled is analyzed here. Large tables are left to PostgreSQL, which has looked at them by then. Of
//! partitioned tables each partition is one of its own; nobody looks at the whole, by which no plan goes.
//!
//! For the same reason small tables are vacuumed here most of whose rows are dead. A conversation is written anew with each
//! of its messages, and whoever looks for its row goes past the dead ones until PostgreSQL comes.

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

/// Our small tables that hold more dead rows than there is any sense in. What is large takes too long to be looked through
/// again and again, and somebody's transaction of an hour may be why nothing can be thrown away.
const LITTERED: &str = "SELECT format('%I.%I', s.schemaname, s.relname) AS name \
    FROM pg_stat_user_tables AS s JOIN pg_class AS c ON c.oid = s.relid \
    WHERE s.schemaname = current_schema() AND pg_has_role(c.relowner, 'USAGE') \
    AND s.n_dead_tup > 10000 AND s.n_dead_tup > 2 * s.n_live_tup AND pg_relation_size(s.relid) < 64 * 1024 * 1024 \
    ORDER BY s.n_dead_tup DESC LIMIT 5";

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

    /// Has PostgreSQL throw dead rows away where they are many; tells in how many tables.
    pub async fn vacuum_littered(&self) -> Result<usize, StoreError> {
        let Conn::Postgres(mut object) = self.db().read().await? else {
            return Ok(0);
        };
        let littered = kept(diesel::sql_query(LITTERED)).load(&mut *object);
        let littered: Vec<Table> = boxed(littered).await.map_err(refused)?;
        for table in &littered {
            // A table that PostgreSQL or another node is at is passed over. It stays as long as it is: nobody waits for a
            // lock, and it will be filled again.
            let vacuum = format!(
                "VACUUM (SKIP_LOCKED, TRUNCATE FALSE, PARALLEL 0) {}",
                table.name
            );
            boxed(object.batch_execute(&vacuum))
                .await
                .map_err(refused)?;
        }
        Ok(littered.len())
    }
}
