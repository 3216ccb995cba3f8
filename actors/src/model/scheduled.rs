//! Messages that wait for their time.

use serde::{Deserialize, Serialize};

use crate::model::ids::{ConversationId, ScheduledMessageId, UserId};
use crate::time::Timestamp;

/// How far a message that waits for its time has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScheduledState {
    /// Its time has not come.
    Waiting,
    /// Its time has come; it can't be taken back any more.
    Sending,
    /// It is a message of the conversation now.
    Sent,
    /// It was not sent, and won't be by itself.
    Failed,
    /// Somebody took it back, or it was not needed any more.
    Cancelled,
}

impl ScheduledState {
    /// The name used on every wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [
            Self::Waiting,
            Self::Sending,
            Self::Sent,
            Self::Failed,
            Self::Cancelled,
        ]
        .into_iter()
        .find(|state| state.as_str() == name)
    }
}

impl ScheduledMessageId {
    /// The idempotency key under which it is sent, once. No client can use it: theirs are ASCII.
    pub fn send_key(self) -> String {
        format!("scheduled·{self}")
    }
}

/// What is told when one of them changed: without its words, which are read from the API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduledNews {
    pub id: ScheduledMessageId,
    pub conversation_id: ConversationId,
    /// The person whose message it is; None when a program left it.
    pub author_id: Option<UserId>,
    pub state: ScheduledState,
    pub send_at: Timestamp,
    /// Why it was not sent: the code of a refusal, `too_late`, `author_gone` or `contact_wrote`.
    pub reason: Option<String>,
}
