//! Notes that call the caller.

use actors::model::user::Who;
use serde::Deserialize;
use utoipa::IntoParams;

use super::conversation::link;
use super::error::{ApiError, ApiResult, Code};
use super::extract::{Caller, Query};
use super::page::{List, Page};
use super::permission::ReadConversations;
use crate::store::Mention;

/// Which of them.
#[derive(Deserialize, IntoParams)]
pub struct MentionQuery {
    /// Only those in conversations that the caller did not look at since.
    unseen: Option<bool>,
}

/// The notes that call the caller, newest first. `POST /conversations/{id}/read` makes those in a conversation seen.
pub async fn list(
    caller: Caller<ReadConversations>,
    Query(query): Query<MentionQuery>,
    page: Page,
) -> ApiResult<List<Mention>> {
    let Who::User(user) = caller.actor.who else {
        return Err(ApiError::of(Code::Forbidden).detail("a program is called by nobody"));
    };
    let unseen = query.unseen.unwrap_or_default();
    let tenant = caller.tenant();
    let mut rows = tenant
        .list_mentions(user, unseen, page.after()?, page.rows())
        .await?;
    for row in &mut rows {
        link(&caller.app, caller.actor.organization, &mut row.message);
    }
    page.of(rows, |row| row.message.id)
}
