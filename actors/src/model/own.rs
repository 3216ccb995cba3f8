//! What is one person's alone, on all of their devices.

use serde::{Deserialize, Serialize};

use crate::model::draft::KeptDraft;
use crate::model::ids::{ConversationId, MessageId, OrganizationId, UserId};

/// What somebody has seen of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Seen {
    pub conversation_id: ConversationId,
    /// The last message that was there when they looked; null: they never did.
    pub message_id: Option<MessageId>,
    /// They marked it as unread.
    pub unread: bool,
}

/// A message that somebody keeps at hand, or does no longer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StarChange {
    pub message_id: MessageId,
    pub conversation_id: ConversationId,
    pub starred: bool,
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Own {
    /// What they began to write, or nothing is left of it.
    Draft(KeptDraft),
    Seen(Seen),
    Star(StarChange),
}

/// Something of one person changed: for their own devices, and nobody else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnNews {
    pub organization: OrganizationId,
    pub user: UserId,
    /// What the device that did it calls itself, so that it knows its own echo.
    pub device: Option<String>,
    pub own: Own,
}
