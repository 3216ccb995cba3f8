//! People as those who answer: whether they can be given something now, and how much.

use serde::{Deserialize, Serialize};

use crate::model::ids::{TagId, UserId};
use crate::time::Timestamp;

/// Open conversations that an agent is given at most, until somebody says otherwise.
pub const DEFAULT_CAPACITY: u32 = 20;

/// How an agent stands. Only those who are online are given conversations.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum AgentStatus {
    Online,
    Away,
    Busy,
    Offline,
}

impl AgentStatus {
    /// The name used on every wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Away => "away",
            Self::Busy => "busy",
            Self::Offline => "offline",
        }
    }

    /// The status of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Online, Self::Away, Self::Busy, Self::Offline]
            .into_iter()
            .find(|status| status.as_str() == name)
    }
}

/// Why an agent has a status that they did not choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StatusReason {
    /// Nobody touched the dashboard for some minutes.
    Idle,
    /// They did not accept a conversation in time.
    Missed,
    /// Somebody else set it.
    Forced,
}

impl StatusReason {
    /// The name used on every wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Missed => "missed",
            Self::Forced => "forced",
        }
    }

    /// The reason of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Idle, Self::Missed, Self::Forced]
            .into_iter()
            .find(|reason| reason.as_str() == name)
    }
}

/// A user as somebody who is given conversations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Agent {
    pub id: UserId,
    pub name: String,
    /// As they (or the hub, or a supervisor) chose it.
    pub status: AgentStatus,
    /// How they stand: `status`, but offline while they have no dashboard open.
    pub state: AgentStatus,
    /// Why they have a status that they did not choose.
    pub reason: Option<StatusReason>,
    /// Since when `state` holds.
    pub since: Timestamp,
    /// Open conversations that they are given at most.
    pub capacity: u32,
    /// The tags that they are good at: languages, products, whatever conversations are tagged with.
    #[serde(default)]
    pub skills: Vec<TagId>,
}
