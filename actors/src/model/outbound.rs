//! What we want to say: the draft that rules check and the parcel that the provider gets.

use serde::{Deserialize, Serialize};

use crate::model::contact::Identity;
use crate::model::ids::{
    AttemptId, ConversationId, MediaId, MessageId, OrganizationId, SessionId, UserId,
};
use crate::model::json::Json;
use crate::model::message::Author;

/// Who goes first when a number's line is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    Agent,
    Bot,
    Broadcast,
}

/// A message before it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    pub author: Author,
    /// The client's idempotency key, honoured for 24 h.
    pub client_key: Option<String>,
    /// SHA-256 of the request body in hex: the same key with another body is refused.
    pub fingerprint: Option<String>,
    pub priority: Priority,
    /// The Cloud API's type name, or `text` for a note.
    pub kind: String,
    pub text: Option<String>,
    /// The Cloud API's object of that type; media are named by our ids.
    pub content: Json,
    /// Uploaded files that the content names.
    pub media: Vec<MediaId>,
    /// `wamid` of the message that this one answers.
    pub reply_to: Option<String>,
    /// An internal note: stored and shown, never sent.
    pub note: bool,
    /// Colleagues whom a note calls.
    #[serde(default)]
    pub mentions: Vec<UserId>,
}

/// One POST to the provider.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parcel {
    pub organization: OrganizationId,
    pub session: SessionId,
    pub conversation: ConversationId,
    pub message: MessageId,
    /// Committed before the POST; echoed by the provider on every status.
    pub attempt: AttemptId,
    /// The contact's identities; the phone wins when there is one.
    pub to: Vec<Identity>,
    pub kind: String,
    pub content: Json,
    pub reply_to: Option<String>,
}

/// How a POST ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    /// The provider took it under this `wamid`.
    Accepted { provider_id: String },
    /// It will never go: code, title and advice are shown.
    Failed(crate::model::message::Failure),
    /// Back into the line: the provider surely did not take it.
    Requeued,
    /// Nobody knows: the connection broke after the request went out.
    Unknown,
}
