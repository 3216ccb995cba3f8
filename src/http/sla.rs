//! Promises to contacts that were not kept.

use actors::model::ids::{SlaBreachId, TeamId, UserId};
use actors::time::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;

use super::error::ApiResult;
use super::extract::{Caller, Query};
use super::page::{List, Page};
use super::permission::ReadReports;
use super::pressure::Spare;
use crate::store::{BreachFilter, SlaBreach};

/// Which of them.
#[derive(Deserialize, IntoParams)]
pub struct BreachQuery {
    /// Whose promise it was.
    team: Option<TeamId>,
    /// Who had the conversation then.
    user: Option<UserId>,
    /// Not found late before this.
    since: Option<Timestamp>,
    /// Found late before this.
    until: Option<Timestamp>,
}

/// Promises that were not kept, newest first; of the last 200 days.
pub async fn list(
    caller: Caller<ReadReports>,
    Query(query): Query<BreachQuery>,
    page: Page,
) -> ApiResult<List<SlaBreach>> {
    caller.app.pressure.allow(Spare::Analytics)?;
    let filter = BreachFilter {
        team: query.team,
        user: query.user,
        since: query.since,
        until: query.until,
        after: page.after::<(Timestamp, SlaBreachId)>()?,
    };
    let tenant = caller.tenant();
    let rows = tenant.list_sla_breaches(&filter, page.rows()).await?;
    page.of(rows, |row| (row.at, row.id))
}
