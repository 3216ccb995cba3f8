//! Saying something: in a conversation, to somebody new, once more; and what was said.

mod draft;
mod files;
mod key;
mod recipient;

use std::sync::Arc;

use actors::model::conversation::Conversation;
use actors::model::ids::{ConversationId, MessageId, SessionId};
use actors::model::message::{Direction, Message};
use actors::model::outbound::Draft;
use actors::model::status::MessageStatus;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

pub use self::key::IdempotencyKey;

use self::draft::{Thread, fingerprint};
use super::answer::{Accepted, Shown};
use super::conversation::link;
use super::error::{ApiError, ApiResult, Code};
use super::extract::{Body, Caller, Path};
use super::permission::{Permission, ReadConversations, SendMessages};
use crate::store::SHARED_KEY;

/// The Cloud API's message object without `to`: `type` (`text`, `image`, `video`, `audio`, `document`, `sticker`, `location`,
/// `contacts`, `reaction`, `interactive`, `template`), an object of that name, and `context.message_id` to quote a message.
/// Files are named by the id of `POST /media`: `{"type": "image", "image": {"id": "med_…", "caption": "…"}}`. The type `note` is
/// for colleagues only, and may call some: `{"type": "note", "text": {"body": "@Ben?", "mentions": ["usr_…"]}}`.
#[derive(Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object, example = json!({"type": "text", "text": {"body": "Hello"}}))]
pub struct MessageObject(Value);

impl MessageObject {
    /// As it was given.
    pub const fn value(&self) -> &Value {
        &self.0
    }

    /// What it says its type is.
    pub fn kind(&self) -> Option<&str> {
        self.0.get("type").and_then(Value::as_str)
    }
}

impl From<Value> for MessageObject {
    fn from(message: Value) -> Self {
        Self(message)
    }
}

/// A message to somebody who may be new: the message object with the number to send from and a recipient.
#[derive(Deserialize, ToSchema)]
pub struct FirstMessage {
    session_id: SessionId,
    /// A phone number with country code (`+49…`); wins when `recipient` is there too.
    to: Option<String>,
    /// A business-scoped user id (`US.1A2B`).
    recipient: Option<String>,
    #[serde(flatten)]
    #[schema(value_type = Object)]
    message: Map<String, Value>,
}

/// The draft of a message object for a conversation; `asked`: what the key stands for.
pub async fn compose(
    caller: &Caller<SendMessages>,
    conversation: &Conversation,
    message: &Value,
    key: IdempotencyKey,
    asked: &str,
) -> ApiResult<Draft> {
    let thread = Thread {
        session: conversation.session_id,
        conversation: Some(conversation.id),
    };
    let fingerprint = fingerprint(asked, &Value::Null);
    draft::of(caller, thread, message, key, fingerprint).await
}

/// Says something in a conversation.
pub async fn send(
    caller: Caller<SendMessages>,
    Path(id): Path<ConversationId>,
    key: IdempotencyKey,
    Body(message): Body<MessageObject>,
) -> ApiResult<Accepted<Message>> {
    let draft = drafted(&caller, id, key, message).await?;
    let hub = &caller.app.hub;
    let sent = hub.send(&caller.actor, id, draft).await?;
    Ok(Accepted(linked(&caller, sent)))
}

/// The draft of a message in a conversation.
pub async fn drafted(
    caller: &Caller<SendMessages>,
    id: ConversationId,
    key: IdempotencyKey,
    MessageObject(message): MessageObject,
) -> ApiResult<Draft> {
    let conversation = caller.tenant().find_conversation(id).await?;
    let thread = Thread {
        session: conversation.session_id,
        conversation: Some(id),
    };
    let fingerprint = fingerprint(&id.to_string(), &message);
    draft::of(caller, thread, &message, key, fingerprint).await
}

/// Says something to somebody by phone number or user id, in their conversation or a new one.
pub async fn open(
    caller: Caller<SendMessages>,
    key: IdempotencyKey,
    Body(form): Body<FirstMessage>,
) -> ApiResult<Accepted<Message>> {
    let to = recipient::of(form.to.as_deref(), form.recipient.as_deref())?;
    caller.tenant().find_session(form.session_id).await?;
    let message = Value::Object(form.message);
    if message.get("type").and_then(Value::as_str) == Some("note") {
        return Err(
            ApiError::of(Code::InvalidMessage).field("type", "a note can't open a conversation")
        );
    }
    let thread = Thread {
        session: form.session_id,
        conversation: None,
    };
    let place = format!("{}/{}", form.session_id, to.lookup_key());
    let fingerprint = fingerprint(&place, &message);
    let draft = draft::of(&caller, thread, &message, key, fingerprint).await?;
    let hub = &caller.app.hub;
    let sent = hub
        .open_and_send(&caller.actor, form.session_id, vec![to], draft)
        .await?;
    Ok(Accepted(linked(&caller, sent)))
}

/// One message.
pub async fn show(
    caller: Caller<ReadConversations>,
    Path(id): Path<MessageId>,
) -> ApiResult<Shown<Message>> {
    let mut message = caller.tenant().find_message(id).await?;
    link(&caller.app, caller.actor.organization, &mut message);
    Ok(Shown(message))
}

/// Says what failed again, as a new message; asking twice sends once.
pub async fn retry(
    caller: Caller<SendMessages>,
    Path(id): Path<MessageId>,
) -> ApiResult<Accepted<Message>> {
    caller.app.pressure.let_send(&caller.actor)?;
    let old = caller.tenant().find_message(id).await?;
    let can_be_repeated = old.direction == Direction::Outbound
        && matches!(old.status, MessageStatus::Failed | MessageStatus::Unknown);
    if !can_be_repeated {
        return Err(ApiError::of(Code::Conflict).detail(
            "only a message of ours that failed, or whose end is unknown, can be repeated",
        ));
    }
    // Whoever asks: it is said once. No client may begin its keys like that.
    let key = format!("{SHARED_KEY}{id}");
    let again = Draft {
        author: draft::author(&caller.actor)?,
        fingerprint: Some(fingerprint(&key, &Value::Null)),
        client_key: Some(key),
        priority: draft::priority(&caller.actor),
        kind: old.kind,
        text: old.text,
        content: old.content,
        media: old.media.iter().map(|media| media.id).collect(),
        reply_to: old.reply_to.map(|quoted| quoted.provider_id),
        note: false,
        mentions: Vec::new(),
    };
    let hub = &caller.app.hub;
    let sent = hub.send(&caller.actor, old.conversation_id, again).await?;
    Ok(Accepted(linked(&caller, sent)))
}

/// A message as clients see it: with addresses of its files.
pub fn linked<P: Permission>(caller: &Caller<P>, message: Arc<Message>) -> Message {
    let mut message = Arc::unwrap_or_clone(message);
    link(&caller.app, caller.actor.organization, &mut message);
    message
}
