//! Messages that are left to be sent later.

use std::time::Duration;

use actors::model::ids::{ConversationId, ScheduledMessageId, UserId};
use actors::model::json::Json;
use actors::model::scheduled::ScheduledState;
use actors::model::user::{Role, Who};
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::answer::{Created, Done, Shown};
use super::error::{ApiError, ApiResult, Code};
use super::extract::{Body, Caller, Path, Query};
use super::message::{IdempotencyKey, MessageObject, drafted};
use super::page::{List, Page};
use super::permission::{ReadConversations, SendMessages};
use crate::store::{AUTHOR_GONE, Later, Left, MOST_WAITING, ScheduledFilter, ScheduledMessage};

/// How far ahead a message can be left.
const FURTHEST: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// Which of them.
#[derive(Deserialize, IntoParams)]
pub struct ScheduledQuery {
    /// How far they have come; `waiting` when it is not said.
    #[param(inline)]
    state: Option<ScheduledState>,
    /// `me`, or the id of the user who left them.
    author: Option<String>,
}

/// Messages that wait for their times, the next first; of those that were sent, not sent or taken back, the last first.
pub async fn list(
    caller: Caller<ReadConversations>,
    Query(query): Query<ScheduledQuery>,
    page: Page,
) -> ApiResult<List<ScheduledMessage>> {
    listed(&caller, None, query, page).await
}

/// Messages of one conversation that wait for their times, the next first; of those that ended, the last first.
pub async fn list_here(
    caller: Caller<ReadConversations>,
    Path(id): Path<ConversationId>,
    Query(query): Query<ScheduledQuery>,
    page: Page,
) -> ApiResult<List<ScheduledMessage>> {
    // Another organization's conversation is not there, rather than empty.
    caller.tenant().find_conversation(id).await?;
    listed(&caller, Some(id), query, page).await
}

async fn listed(
    caller: &Caller<ReadConversations>,
    conversation: Option<ConversationId>,
    query: ScheduledQuery,
    page: Page,
) -> ApiResult<List<ScheduledMessage>> {
    let author = match query.author.as_deref() {
        None | Some("") => None,
        Some("me") => Some(caller.user()?),
        Some(id) => Some(id.parse::<UserId>().map_err(|_| {
            ApiError::of(Code::InvalidParameter).field("author", "must be me or a user's id")
        })?),
    };
    let filter = ScheduledFilter {
        conversation,
        author,
        state: query.state.unwrap_or(ScheduledState::Waiting),
        after: page.after::<(Timestamp, ScheduledMessageId)>()?,
    };
    let rows = caller.tenant().list_scheduled(&filter, page.rows()).await?;
    page.of(rows, |row| (row.send_at, row.id))
}

/// A message to be sent later.
#[derive(Deserialize, ToSchema)]
pub struct LeaveMessage {
    /// When; a year ahead at most. One that could not be sent for six hours after it is not sent any more.
    send_at: Timestamp,
    message: MessageObject,
    /// Not to be sent if the contact writes before. Whoever changes the message later knows what was written until then.
    #[serde(default)]
    unless_reply: bool,
}

/// Leaves a message to be sent later in a conversation, once.
pub async fn create(
    caller: Caller<SendMessages>,
    Path(id): Path<ConversationId>,
    key: IdempotencyKey,
    Body(form): Body<LeaveMessage>,
) -> ApiResult<Created<ScheduledMessage>> {
    let later = checked(&caller, id, key, form).await?;
    if later.send_at > Timestamp::now() + FURTHEST {
        return Err(bad_time());
    }
    let tenant = caller.tenant();
    match tenant.leave_scheduled(&caller.actor, id, &later).await? {
        Left::Stored(view, receipt) => {
            caller.app.hub.announce(receipt);
            Ok(Created(*view))
        }
        Left::Repeated(view) => Ok(Created(*view)),
        Left::Past => Err(bad_time()),
        Left::KeyReused => Err(Code::IdempotencyKeyReused.into()),
        Left::TooMany => Err(ApiError::of(Code::ValidationFailed).detail(format!(
            "{MOST_WAITING} messages wait here already, or were not sent and not put away"
        ))),
    }
}

/// What is to change; what is absent stays.
#[derive(Deserialize, ToSchema)]
pub struct ChangeScheduled {
    send_at: Option<Timestamp>,
    message: Option<MessageObject>,
    unless_reply: Option<bool>,
}

/// Changes a message that waits or was not sent: one that was not sent waits again. Others' are changed by supervisors.
pub async fn change(
    caller: Caller<SendMessages>,
    Path(id): Path<ScheduledMessageId>,
    Body(form): Body<ChangeScheduled>,
) -> ApiResult<Shown<ScheduledMessage>> {
    let old = own(&caller, id).await?;
    let send_at = form.send_at.unwrap_or(old.send_at);
    check_time(send_at)?;
    replaced(&caller, old, send_at, form.message, form.unless_reply).await
}

/// Sends a message that waits, or was not sent, now.
pub async fn send_now(
    caller: Caller<SendMessages>,
    Path(id): Path<ScheduledMessageId>,
) -> ApiResult<Shown<ScheduledMessage>> {
    let old = own(&caller, id).await?;
    // Who wants it now knows what the contact wrote.
    replaced(&caller, old, Timestamp::now(), None, Some(false)).await
}

/// Takes a message back that waits, or puts away one that was not sent.
pub async fn delete(
    caller: Caller<SendMessages>,
    Path(id): Path<ScheduledMessageId>,
) -> ApiResult<Done> {
    own(&caller, id).await?;
    let tenant = caller.tenant();
    let cancelled = tenant.cancel_scheduled(&caller.actor, id).await;
    caller.app.hub.announce(cancelled.map_err(too_late)?);
    Ok(Done)
}

async fn replaced(
    caller: &Caller<SendMessages>,
    old: ScheduledMessage,
    send_at: Timestamp,
    message: Option<MessageObject>,
    unless_reply: Option<bool>,
) -> ApiResult<Shown<ScheduledMessage>> {
    // Whoever changes its time, it stays who left it that speaks, as long as they work here; other words are whose they are.
    let stays = message.is_none() && works(caller, &old).await?;
    let message = match message {
        Some(message) => message,
        None => MessageObject::from(old.message.read::<Value>().map_err(ApiError::internal)?),
    };
    let form = LeaveMessage {
        send_at,
        message,
        unless_reply: unless_reply.unwrap_or(old.unless_reply),
    };
    let mut later = checked(caller, old.conversation_id, IdempotencyKey(None), form).await?;
    if stays {
        later.draft.author = old.author;
    }
    let tenant = caller.tenant();
    let changed = tenant.change_scheduled(&caller.actor, old.id, &later).await;
    let (view, receipt) = changed.map_err(too_late)?;
    caller.app.hub.announce(receipt);
    Ok(Shown(view))
}

/// Whether who left it is not locked out.
async fn works(caller: &Caller<SendMessages>, old: &ScheduledMessage) -> ApiResult<bool> {
    let author = old.author.id.as_deref().and_then(|id| id.parse().ok());
    Ok(match author {
        Some(user) => !caller.tenant().find_user(user).await?.disabled,
        None => old.reason.as_deref() != Some(AUTHOR_GONE),
    })
}

/// A message that the caller may change: their own, or anybody's for supervisors.
async fn own(caller: &Caller<SendMessages>, id: ScheduledMessageId) -> ApiResult<ScheduledMessage> {
    let found = caller.tenant().find_scheduled(id).await?;
    let me = match caller.actor.who {
        Who::User(user) => user.to_string(),
        Who::ApiKey(key) => key.to_string(),
        Who::System => String::new(),
    };
    let is_own = found.author.id.as_deref() == Some(me.as_str());
    if !is_own && caller.actor.role < Role::Supervisor {
        return Err(
            ApiError::of(Code::Forbidden).detail("what others left is changed by supervisors")
        );
    }
    Ok(found)
}

async fn checked(
    caller: &Caller<SendMessages>,
    id: ConversationId,
    key: IdempotencyKey,
    form: LeaveMessage,
) -> ApiResult<Later> {
    let refuse = |kind: &str| {
        ApiError::of(Code::InvalidMessage).field("message.type", format!("a {kind} can't wait"))
    };
    match form.message.kind() {
        Some("note") => return Err(refuse("note")),
        Some("reaction") => return Err(refuse("reaction")),
        _ => {}
    }
    let message = Json::from(json!(form.message.value()));
    let draft = drafted(caller, id, key, form.message).await?;
    Ok(Later {
        send_at: form.send_at,
        unless_reply: form.unless_reply,
        message,
        draft,
    })
}

fn check_time(send_at: Timestamp) -> ApiResult<()> {
    let now = Timestamp::now();
    match send_at > now && send_at <= now + FURTHEST {
        true => Ok(()),
        false => Err(bad_time()),
    }
}

fn bad_time() -> ApiError {
    ApiError::of(Code::ValidationFailed).field("send_at", "must lie in the future, a year at most")
}

fn too_late(error: StoreError) -> ApiError {
    match error {
        StoreError::Conflict => {
            ApiError::of(Code::Conflict).detail("it is on its way, was sent, or was taken back")
        }
        error => error.into(),
    }
}
