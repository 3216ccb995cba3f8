//! The one live thread between a contact and a session.

use serde::{Deserialize, Serialize};

use crate::model::contact::{ContactBrief, Identity};
use crate::model::ids::{ConversationId, MessageId, OrganizationId, SessionId};
use crate::model::message::Direction;
use crate::model::status::MessageStatus;
use crate::model::user::UserBrief;
use crate::time::Timestamp;

/// A conversation in the shape that API clients and sockets see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Conversation {
    pub id: ConversationId,
    /// The number of the last event that changed this row; a higher one replaces a lower.
    pub seq: i64,
    pub session_id: SessionId,
    pub contact: ContactBrief,
    pub status: ConversationStatus,
    pub assignee: Option<UserBrief>,
    /// The team whose queue holds it; always null until teams exist.
    pub team: Option<UserBrief>,
    pub tags: Vec<String>,
    /// Customer messages since somebody looked.
    pub unread: i32,
    pub last_message: Option<LastMessage>,
    /// Until when free-form messages are allowed; null when the contact never wrote.
    pub window_expires_at: Option<Timestamp>,
    pub created_at: Timestamp,
    /// The time of the last activity: the order of the inbox.
    pub updated_at: Timestamp,
}

/// The line under the contact's name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LastMessage {
    pub id: MessageId,
    pub direction: Direction,
    #[serde(rename = "type")]
    pub kind: String,
    /// At most 200 characters.
    pub text: Option<String>,
    pub status: MessageStatus,
    pub at: Timestamp,
}

/// Whether somebody has to do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConversationStatus {
    Open,
    Pending,
    Closed,
}

impl ConversationStatus {
    /// The name used on every wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Pending => "pending",
            Self::Closed => "closed",
        }
    }

    /// The status of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Open, Self::Pending, Self::Closed]
            .into_iter()
            .find(|status| status.as_str() == name)
    }
}

/// By what a conversation's actor is found: the number and the contact's identity on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ConversationKey {
    pub organization: OrganizationId,
    pub session: SessionId,
    /// [`Identity::lookup_key`] of the phone, else of the user id.
    pub contact: String,
}

impl ConversationKey {
    /// The key for a contact that shows these identities; None when it shows none.
    pub fn of(
        organization: OrganizationId,
        session: SessionId,
        identities: &[Identity],
    ) -> Option<Self> {
        let contact = identities.iter().min()?.lookup_key();
        Some(Self {
            organization,
            session,
            contact,
        })
    }
}

/// What a conversation's actor keeps: the row, its version and what the rules need besides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConversationState {
    pub organization: OrganizationId,
    pub conversation: Conversation,
    /// `conversations.seq` as stored; every write checks it.
    pub version: i64,
    pub identities: Vec<Identity>,
    /// When the contact opted out of marketing.
    pub opted_out_at: Option<Timestamp>,
    /// `wamid` of the contact's last message: what a read receipt names.
    pub last_inbound_provider_id: Option<String>,
}

/// What a person changes about a conversation; absent means unchanged.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ConversationChange {
    pub status: Option<ConversationStatus>,
    /// `Some(None)` takes the assignee away.
    pub assignee: Option<Option<UserBrief>>,
    /// Sets unread to zero.
    pub read: bool,
}

impl ConversationChange {
    /// Whether anything would change on `conversation`.
    pub fn changes(&self, conversation: &Conversation) -> bool {
        self.status
            .is_some_and(|status| status != conversation.status)
            || self
                .assignee
                .as_ref()
                .is_some_and(|assignee| *assignee != conversation.assignee)
            || (self.read && conversation.unread > 0)
    }

    /// Makes the change on `conversation`.
    pub fn apply(&self, conversation: &mut Conversation) {
        if let Some(status) = self.status {
            conversation.status = status;
        }
        if let Some(assignee) = &self.assignee {
            conversation.assignee.clone_from(assignee);
        }
        if self.read {
            conversation.unread = 0;
        }
    }
}
