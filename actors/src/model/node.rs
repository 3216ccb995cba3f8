//! The nodes of an installation: who they are, which right one holds, and what they ask of each other. What travels has
//! its kind as the key of each (a tag inside would have serde buffer what it reads, which JSON that is kept as it came
//! does not survive).

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::contact::Identity;
use crate::model::conversation::{Conversation, ConversationChange, ConversationKey};
use crate::model::ids::{OrganizationId, SessionId};
use crate::model::inbound::InboundMessage;
use crate::model::message::Message;
use crate::model::outbound::Draft;
use crate::model::own::OwnNews;
use crate::model::presence::Whereabouts;
use crate::model::queue::{QueueFigures, QueueNews};
use crate::model::user::{Actor, Who};

/// One process of the hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Peer {
    /// The number that its ids carry; given out again when it is long gone.
    pub number: i64,
    /// Names this run of the process, for ever.
    pub life: i64,
}

/// Who is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// This node.
    pub me: Peer,
    /// Those that own actors: alive, and not about to leave. In ascending order.
    pub owners: Vec<Peer>,
    /// All that live, this one included.
    pub live: Vec<Peer>,
}

/// The right to send for a number. Whoever takes it from a dead node raises the epoch, so that the dead one is
/// refused if it comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lease {
    /// Whose it is.
    pub life: i64,
    pub epoch: i64,
}

/// A command for the node that owns the conversation. Done twice, each has the effect of once: what it stores carries
/// a key that its transaction records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    Receive {
        key: ConversationKey,
        message: Arc<InboundMessage>,
    },
    Send {
        key: ConversationKey,
        draft: Draft,
    },
    Open {
        key: ConversationKey,
        identities: Vec<Identity>,
    },
    Change {
        key: ConversationKey,
        by: Actor,
        change: Box<ConversationChange>,
        once: Option<String>,
    },
    MarkRead {
        key: ConversationKey,
        by: Actor,
        once: Option<String>,
    },
    LastInbound {
        key: ConversationKey,
    },
    /// How the organization's lines fare.
    Queues {
        organization: OrganizationId,
    },
    /// How this node fares.
    Report,
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Done,
    Message(Arc<Message>),
    Conversation(Box<Conversation>),
    ProviderId(Option<String>),
    Queues(Vec<QueueFigures>),
    Report(Box<Report>),
}

/// What other nodes have to know soon; nobody answers, and losing it costs seconds only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// There are messages to be sent for this number, which is yours.
    LineWaits { session: SessionId },
    /// A number's settings or credentials changed.
    SessionChanged { session: SessionId },
    /// Where somebody is, as `presence` tells it.
    Whereabouts(Whereabouts),
    /// What is somebody's own, for their sockets.
    Own(Box<OwnNews>),
    /// What the organization's lines, which are yours, have to know.
    QueueNews {
        organization: OrganizationId,
        news: QueueNews,
    },
    /// Somebody began to watch the organization's lines, which are yours.
    QueuesWatched { organization: OrganizationId },
    /// How a line fares.
    QueueFigures {
        organization: OrganizationId,
        figures: Box<QueueFigures>,
    },
    /// The rights of somebody changed: what is remembered of them goes, and their sockets close.
    Expelled {
        organization: OrganizationId,
        who: Who,
    },
}

/// How a node fares, as its neighbours show it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Report {
    /// Conversations in memory.
    pub conversations: u64,
    /// Numbers whose actors are in memory.
    pub sessions: u64,
    /// Numbers that this node sends for.
    pub lines: Vec<SessionId>,
    /// Open sockets.
    pub sockets: u64,
    /// Actors that were restarted after a panic since the node started.
    pub restarts: u64,
    /// Messages that found a full mailbox since the node started.
    pub mailbox_full: u64,
    /// Entries that wait for the next commit.
    pub commits_waiting: u64,
    /// Requests that wait for a connection to the database.
    #[serde(default)]
    pub db_waiting: u64,
    /// Jobs in hand.
    pub jobs_in_hand: u64,
    /// Whether its link to Redis stands and its own channel answers; null without Redis.
    pub bus: Option<bool>,
    /// Bytes of memory that it holds.
    pub memory: u64,
}
