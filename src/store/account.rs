//! What callbacks about a whole WhatsApp business account need: its numbers, and jobs that look closer.

use actors::model::ids::SessionId;
use actors::model::job::Task;
use actors::ports::store::{Receipt, StoreError};
use actors::time::Timestamp;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::schema::sessions;
use super::{Tenant, job};
use crate::{in_tx, with_conn};

impl Tenant {
    /// The numbers of a WhatsApp business account that are connected here.
    pub async fn sessions_of_account(
        &self,
        business_account_id: &str,
    ) -> Result<Vec<SessionId>, StoreError> {
        let mut conn = self.db().read().await?;
        let ids: Vec<i64> = with_conn!(&mut conn, |c| sessions::table
            .filter(sessions::organization_id.eq(self.org()))
            .filter(sessions::business_account_id.eq(business_account_id))
            .filter(sessions::hidden_at.is_null())
            .order(sessions::id)
            .select(sessions::id)
            .load(c)
            .await)?;
        Ok(ids.into_iter().map(SessionId).collect())
    }

    /// Leaves jobs of the hub's own accord.
    pub async fn queue_tasks(&self, tasks: &[Task]) -> Result<Receipt, StoreError> {
        if tasks.is_empty() {
            return Ok(Receipt::default());
        }
        in_tx!(self.db(), |conn| {
            let now = Timestamp::now();
            job::enqueue(conn, self.store(), self.organization(), tasks, now).await?;
            Ok(Receipt {
                envelopes: Vec::new(),
                jobs: true,
            })
        })
    }
}
