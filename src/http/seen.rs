//! What the caller has seen of a conversation: theirs alone. Nothing is told to the contact.

use actors::model::conversation::Conversation;
use actors::model::ids::ConversationId;
use actors::model::own::{Own, OwnNews, Seen};
use actors::model::user::Who;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::answer::Shown;
use super::error::ApiResult;
use super::extract::{Body, Caller, Path};
use super::permission::{Permission, ReadConversations};

/// A conversation, and what the caller has seen of it.
#[derive(Serialize, ToSchema)]
pub struct SeenConversation {
    #[serde(flatten)]
    pub conversation: Conversation,
    /// Null when the caller has no mark; absent for a program. It is unseen when it is marked as `unread`; with a mark, when
    /// the contact waits for an answer and the last message is newer; without one, when the contact waits, or the count
    /// `unread` is above zero.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Seen>)]
    pub seen: Option<Option<Seen>>,
}

/// Puts what the caller has seen beside conversations.
pub(super) async fn beside<P: Permission>(
    caller: &Caller<P>,
    rows: Vec<Conversation>,
) -> ApiResult<Vec<SeenConversation>> {
    let mut marks = match caller.actor.who {
        Who::User(user) => {
            let ids: Vec<ConversationId> = rows.iter().map(|row| row.id).collect();
            Some(caller.tenant().seen_of(user, &ids).await?)
        }
        Who::ApiKey(_) | Who::System => None,
    };
    let rows = rows.into_iter().map(|conversation| SeenConversation {
        seen: marks.as_mut().map(|marks| marks.remove(&conversation.id)),
        conversation,
    });
    Ok(rows.collect())
}

/// What is to be so.
#[derive(Deserialize, ToSchema)]
pub struct MarkSeen {
    /// False: seen up to the last message. True: to be looked at again.
    unread: bool,
}

/// Marks a conversation as seen, or as unread, for the caller alone.
pub async fn mark(
    caller: Caller<ReadConversations>,
    Path(id): Path<ConversationId>,
    Body(form): Body<MarkSeen>,
) -> ApiResult<Shown<Seen>> {
    let user = caller.user();
    user.map_err(|refused| refused.detail("a program sees nothing"))?;
    note(&caller, id, form.unread).await.map(Shown)
}

/// Notes it, and tells the caller's other devices if it is new.
pub(super) async fn note<P: Permission>(
    caller: &Caller<P>,
    id: ConversationId,
    unread: bool,
) -> ApiResult<Seen> {
    let user = caller.user()?;
    let (seen, is_new) = caller.tenant().mark_seen(user, id, unread).await?;
    if is_new {
        caller.app.hub.tell_own(OwnNews {
            organization: caller.actor.organization,
            user,
            device: None,
            own: Own::Seen(seen.clone()),
        });
    }
    Ok(seen)
}
