//! A socket's place in the feed: who sits there and what they look at.

use std::str::FromStr;
use std::sync::Arc;

use actix::{Message as ActixMessage, Recipient};
use bytestring::ByteString;

use crate::event::{Audience, Envelope};
use crate::model::ids::{ConversationId, OrganizationId};
use crate::model::user::{Role, Who};

/// Names a socket on this node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketId(pub u64);

/// What a socket's actor writes to its peer.
#[derive(ActixMessage, Clone, Debug, PartialEq, Eq)]
#[rtype(result = "()")]
pub enum Frame {
    Text(ByteString),
    Close { code: u16, reason: &'static str },
}

/// Ends a connection from outside: a socket whose peer does not read can't end itself.
pub trait Cut: Send + Sync {
    /// Closes the connection at once.
    fn cut(&self);
}

/// What a socket may look at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// Conflated rows of all conversations.
    Inbox,
    /// Every event of one conversation.
    Conversation(ConversationId),
    /// Numbers, templates and quarantine.
    Sessions,
    /// Every event, unconflated.
    Firehose,
}

impl FromStr for Topic {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "inbox" => Ok(Self::Inbox),
            "sessions" => Ok(Self::Sessions),
            "firehose" => Ok(Self::Firehose),
            _ => {
                let id = text.strip_prefix("conversation:").ok_or(())?;
                id.parse().map(Self::Conversation).map_err(|_| ())
            }
        }
    }
}

/// A socket's place.
pub struct Seat {
    pub organization: OrganizationId,
    pub who: Who,
    pub role: Role,
    pub peer: Recipient<Frame>,
    pub connection: Arc<dyn Cut>,
    pub topics: Vec<Topic>,
    /// What was missed is being read: live events wait for it in the store.
    pub catching_up: bool,
    /// Events up to here were delivered by catching up.
    pub floor: i64,
}

impl Seat {
    /// Whether this person may see the event.
    pub fn may_see(&self, envelope: &Envelope) -> bool {
        match envelope.audience {
            Audience::Everyone => true,
            Audience::Admins => self.role >= Role::Admin,
            Audience::User(user) => self.who == Who::User(user),
        }
    }

    /// Whether this person may look at the topic at all; conversations are checked against the store.
    pub fn may_watch(&self, topic: &Topic) -> bool {
        *topic != Topic::Firehose || self.role >= Role::Supervisor
    }

    /// Whether list rows go here.
    pub fn shows_inbox(&self) -> bool {
        self.topics.contains(&Topic::Inbox)
    }

    /// Whether an event belongs to what this socket looks at.
    pub fn looks_at(&self, envelope: &Envelope) -> bool {
        self.may_see(envelope)
            && self.topics.iter().any(|topic| match topic {
                Topic::Firehose => true,
                Topic::Conversation(id) => envelope.event.conversation() == Some(*id),
                Topic::Sessions => is_about_sessions(envelope),
                Topic::Inbox => false,
            })
    }
}

/// Whether an event belongs to the topic `sessions`.
pub fn is_about_sessions(envelope: &Envelope) -> bool {
    matches!(
        envelope.event.name(),
        "session.updated" | "template.updated" | "quarantine.added"
    )
}
