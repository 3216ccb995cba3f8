//! What could not be processed: an admin looks at it, tries it again, or throws it away.

use actors::model::ids::QuarantineId;
use actors::model::inbound::InboundMessage;
use actors::model::quarantine::{QuarantineEntry, QuarantineSource};
use serde::Deserialize;
use utoipa::IntoParams;

use super::answer::Done;
use super::error::{ApiError, ApiResult, Code};
use super::extract::{Caller, Path, Query};
use super::page::{List, Page};
use super::permission::ManageQuarantine;
use super::whatsapp;
use crate::store::{Resolution, Waiting};

/// Which entries.
#[derive(Deserialize, IntoParams)]
pub struct QuarantineQuery {
    /// Only those that were (or were not) decided about.
    resolved: Option<bool>,
}

/// The entries, newest first.
pub async fn list(
    caller: Caller<ManageQuarantine>,
    Query(query): Query<QuarantineQuery>,
    page: Page,
) -> ApiResult<List<QuarantineEntry>> {
    let rows = caller
        .tenant()
        .list_quarantine(query.resolved, page.after()?, page.rows())
        .await?;
    page.of(rows, |entry| entry.id)
}

/// Tries an entry again; if it fails again it comes back as a new one.
pub async fn replay(
    caller: Caller<ManageQuarantine>,
    Path(id): Path<QuarantineId>,
) -> ApiResult<Done> {
    let tenant = caller.tenant();
    let waiting = tenant.find_waiting(id).await?;
    match waiting.source {
        QuarantineSource::Job => {
            let receipt = tenant.replay_job(&caller.actor, id).await?;
            caller.app.hub.announce(receipt);
        }
        QuarantineSource::Webhook => {
            take_in(&caller, &waiting).await?;
            tenant
                .resolve_quarantine(&caller.actor, id, Resolution::Replayed)
                .await?;
        }
    }
    Ok(Done)
}

/// Throws an entry away; it stays in the list as decided.
pub async fn discard(
    caller: Caller<ManageQuarantine>,
    Path(id): Path<QuarantineId>,
) -> ApiResult<Done> {
    caller
        .tenant()
        .resolve_quarantine(&caller.actor, id, Resolution::Discarded)
        .await?;
    Ok(Done)
}

/// One message that killed its actor, or a whole callback that nobody understood. What was stored before is
/// not stored twice.
async fn take_in(caller: &Caller<ManageQuarantine>, waiting: &Waiting) -> ApiResult<()> {
    let Some(session) = waiting.session else {
        return Err(ApiError::of(Code::Conflict).detail("nobody knows for which number it came"));
    };
    match serde_json::from_slice::<InboundMessage>(&waiting.payload) {
        Ok(message) => {
            let organization = caller.actor.organization;
            Ok(caller
                .app
                .hub
                .receive(organization, session, message)
                .await?)
        }
        Err(_) => {
            let body = &waiting.payload;
            whatsapp::replay(&caller.app, session, body).await
        }
    }
}
