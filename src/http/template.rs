//! Message templates, as WhatsApp lists them.

use actors::model::ids::{JobId, SessionId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answer::Accepted;
use super::error::ApiResult;
use super::extract::{Caller, Path, Query};
use super::page::{List, Page};
use super::permission::{ReadTemplates, SyncTemplates};
use crate::store::{Template, TemplateFilter};

/// Which templates.
#[derive(Deserialize, IntoParams)]
pub struct TemplateQuery {
    /// Of this number only.
    session: Option<SessionId>,
    /// For example `APPROVED`.
    status: Option<String>,
    /// A piece of the name.
    q: Option<String>,
}

/// Templates by name.
pub async fn list(
    caller: Caller<ReadTemplates>,
    Query(query): Query<TemplateQuery>,
    page: Page,
) -> ApiResult<List<Template>> {
    let filter = TemplateFilter {
        session: query.session,
        status: query.status,
        q: query.q,
    };
    let after = page.after()?;
    let rows = caller
        .tenant()
        .list_templates(&filter, after.as_ref(), page.rows())
        .await?;
    page.of(rows, |template| (template.name.clone(), template.id))
}

/// The job that does it.
#[derive(Serialize, ToSchema)]
pub struct Queued {
    job_id: JobId,
}

/// Fetches the templates of a number from WhatsApp, soon.
pub async fn sync(
    caller: Caller<SyncTemplates>,
    Path(id): Path<SessionId>,
) -> ApiResult<Accepted<Queued>> {
    let tenant = caller.tenant();
    tenant.find_session(id).await?;
    let (job_id, receipt) = tenant.queue_template_sync(&caller.actor, id).await?;
    caller.app.hub.announce(receipt);
    Ok(Accepted(Queued { job_id }))
}
