//! Messages that the caller keeps at hand. Nobody else ever sees them, and no line of the audit log tells of them.

use actors::model::ids::{ConversationId, MessageId, UserId};
use actors::model::own::{Own, OwnNews, StarChange};
use actors::time::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;

use super::answer::Done;
use super::conversation::link;
use super::error::{ApiResult, Code};
use super::extract::{Caller, Path, Query};
use super::page::{List, Page};
use super::permission::ReadConversations;
use crate::store::{Starred, Starring};

/// Which of them.
#[derive(Deserialize, IntoParams)]
pub struct StarQuery {
    /// Only those of this conversation.
    conversation: Option<ConversationId>,
}

/// What the caller keeps at hand, the newest star first.
pub async fn list(
    caller: Caller<ReadConversations>,
    Query(query): Query<StarQuery>,
    page: Page,
) -> ApiResult<List<Starred>> {
    let user = keeper(&caller)?;
    let tenant = caller.tenant();
    let after = page.after::<(Timestamp, MessageId)>()?;
    let rows = tenant.list_stars(user, query.conversation, after, page.rows());
    let mut rows = rows.await?;
    for row in &mut rows {
        link(&caller.app, caller.actor.organization, &mut row.message);
    }
    page.of(rows, |row| (row.starred_at, row.message.id))
}

/// Keeps a message at hand; at most 1,000.
pub async fn star(caller: Caller<ReadConversations>, Path(id): Path<MessageId>) -> ApiResult<Done> {
    let user = keeper(&caller)?;
    let starring = caller.tenant().star(user, id).await?;
    tell(&caller, user, id, starring, true)
}

/// Keeps it at hand no longer.
pub async fn unstar(
    caller: Caller<ReadConversations>,
    Path(id): Path<MessageId>,
) -> ApiResult<Done> {
    let user = keeper(&caller)?;
    let tenant = caller.tenant();
    let starring = tenant.unstar(user, id).await?;
    if starring == Starring::Unchanged {
        // What is not there at all is told; that it has no star is as the caller wants it.
        tenant.find_message(id).await?;
    }
    tell(&caller, user, id, starring, false)
}

/// A program keeps nothing at hand.
fn keeper(caller: &Caller<ReadConversations>) -> ApiResult<UserId> {
    let user = caller.user();
    user.map_err(|refused| refused.detail("a program has no starred messages"))
}

fn tell(
    caller: &Caller<ReadConversations>,
    user: UserId,
    message_id: MessageId,
    starring: Starring,
    starred: bool,
) -> ApiResult<Done> {
    match starring {
        Starring::Full => return Err(Code::LimitReached.into()),
        Starring::Unchanged => {}
        Starring::Changed(conversation_id) => caller.app.hub.tell_own(OwnNews {
            organization: caller.actor.organization,
            user,
            device: None,
            own: Own::Star(StarChange {
                message_id,
                conversation_id,
                starred,
            }),
        }),
    }
    Ok(Done)
}
