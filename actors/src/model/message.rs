//! One entry of a conversation, in the shape that API clients, sockets and webhooks see.

use serde::{Deserialize, Serialize};

use crate::model::ids::{
    ApiKeyId, ContactId, ConversationId, MediaId, MessageId, SessionId, UserId,
};
use crate::model::json::Json;
use crate::model::status::MessageStatus;
use crate::time::Timestamp;

/// A message; `type` and `content` are the Cloud API's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Message {
    pub id: MessageId,
    /// The number of the last event that changed this message; a higher one replaces a lower.
    pub seq: i64,
    pub conversation_id: ConversationId,
    pub contact_id: ContactId,
    pub session_id: SessionId,
    pub direction: Direction,
    /// `text`, `image`, `interactive`, … or whatever the provider will invent.
    #[serde(rename = "type")]
    pub kind: String,
    /// What a person reads: body, caption, button or row title, reaction emoji.
    pub text: Option<String>,
    /// The Cloud API's object of that type; of an unknown type the whole raw message.
    pub content: Json,
    pub media: Vec<Media>,
    pub reply_to: Option<ReplyTo>,
    /// Forwarded marks, ad referral, referred product.
    pub context: Option<Context>,
    /// `wamid.…`
    pub provider_id: Option<String>,
    pub status: MessageStatus,
    pub error: Option<Failure>,
    pub author: Option<Author>,
    /// The sender's idempotency key.
    pub client_key: Option<String>,
    pub reactions: Vec<Reaction>,
    pub edited_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub provider_timestamp: Option<Timestamp>,
}

/// Which way a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    Inbound,
    Outbound,
    /// For colleagues only; never sent.
    Note,
}

impl Direction {
    /// The name used on every wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
            Self::Note => "note",
        }
    }

    /// The direction of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Inbound, Self::Outbound, Self::Note]
            .into_iter()
            .find(|direction| direction.as_str() == name)
    }
}

/// A file of a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Media {
    pub id: MediaId,
    pub mime_type: String,
    pub filename: Option<String>,
    /// Bytes, once stored.
    pub size: Option<i64>,
    pub state: MediaState,
    /// Where to get it: signed, valid for 5 minutes, relative to the hub; empty until signed by the edge.
    pub url: Option<String>,
    /// A voice note rather than an audio file.
    pub voice: bool,
    pub animated: bool,
    /// Why it is not there.
    pub error: Option<String>,
}

/// Whether a file is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MediaState {
    /// Still at the provider.
    Pending,
    Stored,
    /// The provider would not give it.
    Failed,
    /// The provider keeps a file for seven days only.
    Expired,
}

impl MediaState {
    /// The name used on every wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Stored => "stored",
            Self::Failed => "failed",
            Self::Expired => "expired",
        }
    }

    /// The state of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Pending, Self::Stored, Self::Failed, Self::Expired]
            .into_iter()
            .find(|state| state.as_str() == name)
    }
}

/// The message that this one answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ReplyTo {
    /// Ours, when we have it.
    pub id: Option<MessageId>,
    pub provider_id: String,
    /// A line of the quoted message, when we have it.
    pub text: Option<String>,
    pub direction: Option<Direction>,
}

/// Where a message comes from besides its sender (CLOUD_API section 4.3).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Context {
    #[serde(default)]
    pub forwarded: bool,
    #[serde(default)]
    pub frequently_forwarded: bool,
    /// The ad or post that the contact came from.
    pub referral: Option<Json>,
    pub referred_product: Option<Json>,
}

/// Why a message failed and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Failure {
    /// The provider's code.
    pub code: i64,
    pub title: String,
    /// What the agent can do.
    pub advice: String,
}

/// Who wrote a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Author {
    #[serde(rename = "type")]
    pub kind: AuthorKind,
    /// `usr_…`, `key_…` or `con_…`, when there is one.
    pub id: Option<String>,
    pub name: Option<String>,
}

impl Author {
    /// A user of the organization.
    pub fn user(id: UserId, name: String) -> Self {
        Self {
            kind: AuthorKind::User,
            id: Some(id.to_string()),
            name: Some(name),
        }
    }

    /// A program with a key.
    pub fn api_key(id: ApiKeyId, name: String) -> Self {
        Self {
            kind: AuthorKind::ApiKey,
            id: Some(id.to_string()),
            name: Some(name),
        }
    }
}

/// The kinds of authors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthorKind {
    Contact,
    User,
    ApiKey,
    Bot,
    /// The WhatsApp Business app on a phone that shares the number.
    App,
    System,
}

/// An emoji on a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Reaction {
    pub emoji: String,
    pub by: ReactionBy,
}

/// Whose emoji it is; each side has at most one per message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReactionBy {
    Contact,
    Business,
}
