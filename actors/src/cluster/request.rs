//! What nodes ask of each other: the commands of a conversation whose actor lives elsewhere, and what all of them have
//! to know at once. Plain data, because it travels; the kind is the key of each (a tag inside would have serde buffer
//! what it reads, which JSON that is kept as it came does not survive).

use std::sync::Arc;

use actix::Message as ActixMessage;
use serde::{Deserialize, Serialize};

use crate::conversation::{Change, LastInbound, MarkRead, Open, Receive, Send};
use crate::hub::HubError;
use crate::model::contact::Identity;
use crate::model::conversation::{Conversation, ConversationChange, ConversationKey};
use crate::model::ids::{OrganizationId, SessionId};
use crate::model::inbound::InboundMessage;
use crate::model::message::Message;
use crate::model::outbound::Draft;
use crate::model::user::{Actor, Who};

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
        change: ConversationChange,
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
    /// Jobs in hand.
    pub jobs_in_hand: u64,
    /// Whether its link to Redis stands and its own channel answers; null without Redis.
    pub bus: Option<bool>,
    /// Bytes of memory that it holds.
    pub memory: u64,
}

/// A message of a conversation's actor that can be asked of another node.
pub trait Travels<T>: ActixMessage<Result = Result<T, HubError>> {
    /// What travels.
    fn pack(&self, key: &ConversationKey) -> Request;

    /// Reads what came back; None when it answers something else.
    fn unpack(answer: Answer) -> Option<T>;
}

impl Travels<()> for Receive {
    fn pack(&self, key: &ConversationKey) -> Request {
        Request::Receive {
            key: key.clone(),
            message: Arc::clone(&self.message),
        }
    }

    fn unpack(answer: Answer) -> Option<()> {
        matches!(answer, Answer::Done).then_some(())
    }
}

impl Travels<Arc<Message>> for Send {
    fn pack(&self, key: &ConversationKey) -> Request {
        Request::Send {
            key: key.clone(),
            draft: self.draft.clone(),
        }
    }

    fn unpack(answer: Answer) -> Option<Arc<Message>> {
        match answer {
            Answer::Message(message) => Some(message),
            _ => None,
        }
    }
}

impl Travels<Conversation> for Open {
    fn pack(&self, key: &ConversationKey) -> Request {
        Request::Open {
            key: key.clone(),
            identities: self.identities.clone(),
        }
    }

    fn unpack(answer: Answer) -> Option<Conversation> {
        conversation_in(answer)
    }
}

impl Travels<Conversation> for Change {
    fn pack(&self, key: &ConversationKey) -> Request {
        Request::Change {
            key: key.clone(),
            by: self.by.clone(),
            change: self.change.clone(),
            once: self.once.clone(),
        }
    }

    fn unpack(answer: Answer) -> Option<Conversation> {
        conversation_in(answer)
    }
}

impl Travels<()> for MarkRead {
    fn pack(&self, key: &ConversationKey) -> Request {
        Request::MarkRead {
            key: key.clone(),
            by: self.by.clone(),
            once: self.once.clone(),
        }
    }

    fn unpack(answer: Answer) -> Option<()> {
        matches!(answer, Answer::Done).then_some(())
    }
}

impl Travels<Option<String>> for LastInbound {
    fn pack(&self, key: &ConversationKey) -> Request {
        Request::LastInbound { key: key.clone() }
    }

    fn unpack(answer: Answer) -> Option<Option<String>> {
        match answer {
            Answer::ProviderId(id) => Some(id),
            _ => None,
        }
    }
}

fn conversation_in(answer: Answer) -> Option<Conversation> {
    match answer {
        Answer::Conversation(conversation) => Some(*conversation),
        _ => None,
    }
}
