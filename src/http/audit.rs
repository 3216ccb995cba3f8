//! Who changed what: shown page by page, and as a file.

use actors::model::ids::AuditId;
use actors::time::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;

use super::error::ApiResult;
use super::extract::{Caller, Query};
use super::page::{List, Page};
use super::permission::ReadAuditLog;
use super::pressure::Spare;
use super::sheet::{Leaf, Sheet};
use crate::store::{AuditLine, AuditSpan};

/// Lines of a file that are read at a time.
const AT_ONCE: i64 = 1000;
const COLUMNS: [&str; 8] = [
    "id",
    "at",
    "actor_type",
    "actor_id",
    "actor_name",
    "action",
    "subject",
    "details",
];

/// Which lines.
#[derive(Deserialize, IntoParams)]
pub struct AuditQuery {
    /// Not older than this.
    since: Option<Timestamp>,
    /// Older than this.
    until: Option<Timestamp>,
}

impl AuditQuery {
    const fn span(&self) -> AuditSpan {
        AuditSpan {
            since: self.since,
            until: self.until,
        }
    }
}

/// The log, newest first.
pub async fn list(
    caller: Caller<ReadAuditLog>,
    Query(query): Query<AuditQuery>,
    page: Page,
) -> ApiResult<List<AuditLine>> {
    let tenant = caller.tenant();
    let rows = tenant.list_audit(query.span(), page.after()?, page.rows());
    page.of(rows.await?, |line| line.id)
}

/// The log as a CSV file, newest first. That it was taken out stands in the log as well.
pub async fn export(
    caller: Caller<ReadAuditLog>,
    Query(query): Query<AuditQuery>,
) -> ApiResult<Sheet> {
    caller.app.pressure.allow(Spare::Exports)?;
    let tenant = caller.tenant();
    let span = query.span();
    tenant.note_audit_export(&caller.actor, span).await?;
    Sheet::of("audit-log.csv", &COLUMNS, move |after: Option<AuditId>| {
        let tenant = tenant.clone();
        async move {
            let lines = tenant.list_audit(span, after, AT_ONCE).await?;
            let is_full = i64::try_from(lines.len()).is_ok_and(|count| count == AT_ONCE);
            let last = lines.last().map(|line| line.id);
            Ok(Leaf {
                rows: lines.into_iter().map(cells).collect(),
                next: last.filter(|_| is_full),
            })
        }
    })
}

fn cells(line: AuditLine) -> Vec<String> {
    vec![
        line.id.to_string(),
        line.at.to_string(),
        line.actor.kind,
        line.actor.id.unwrap_or_default(),
        line.actor.name,
        line.action,
        line.subject,
        line.details.get().to_owned(),
    ]
}
