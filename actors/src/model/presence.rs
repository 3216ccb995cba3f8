//! Who is at a conversation at this moment, so that no two people answer it at once. Nothing of it is stored.

use serde::{Deserialize, Serialize};

use crate::model::ids::{ConversationId, OrganizationId};
use crate::model::user::UserBrief;
use crate::time::Timestamp;

/// What somebody does at a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    Viewing,
    /// Has an answer half written.
    Writing,
}

/// Names a socket among all nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SeatKey {
    /// Of the node.
    pub life: i64,
    /// On that node.
    pub socket: u64,
}

/// Where the person at a socket is now, which replaces where they were.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whereabouts {
    pub organization: OrganizationId,
    pub seat: SeatKey,
    pub user: UserBrief,
    /// None: at no conversation.
    pub at: Option<(ConversationId, Activity)>,
}

/// Somebody at a conversation, as others see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    #[serde(flatten)]
    pub user: UserBrief,
    pub activity: Activity,
    /// Since when they do that.
    pub since: Timestamp,
}
