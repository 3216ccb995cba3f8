//! Who changed what.

use super::error::ApiResult;
use super::extract::Caller;
use super::page::{List, Page};
use super::permission::ReadAuditLog;
use crate::store::AuditLine;

/// The log, newest first.
pub async fn list(caller: Caller<ReadAuditLog>, page: Page) -> ApiResult<List<AuditLine>> {
    let rows = caller
        .tenant()
        .list_audit(page.after()?, page.rows())
        .await?;
    page.of(rows, |line| line.id)
}
