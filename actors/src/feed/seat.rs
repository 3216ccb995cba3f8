//! A socket's place in the feed: who sits there, what they look at and up to where they were told of it.

use std::str::FromStr;
use std::sync::Arc;

use actix::{Message as ActixMessage, Recipient};
use bytestring::ByteString;

use crate::event::{Audience, Envelope};
use crate::model::ids::{ConversationId, OrganizationId, TeamId};
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
    /// What people choose from: tags, teams, canned responses.
    Directory,
    /// Who is online, away, busy, offline.
    Agents,
    /// How a team's line fares, once a second; None: conversations of no team.
    Queue(Option<TeamId>),
    /// What is meant for this person alone.
    Me,
    /// Every event, unconflated.
    Firehose,
}

impl Topic {
    /// The topics that an event belongs to, besides the firehose; list rows are no events.
    pub fn of(envelope: &Envelope) -> impl Iterator<Item = Self> + use<> {
        use crate::event::Event::{
            AgentUpdated, DirectoryUpdated, QuarantineAdded, SessionUpdated, TemplateUpdated,
        };
        let about = match &envelope.event {
            SessionUpdated(_) | TemplateUpdated(_) | QuarantineAdded(_) => Some(Self::Sessions),
            DirectoryUpdated(_) => Some(Self::Directory),
            AgentUpdated(_) => Some(Self::Agents),
            event => event.conversation().map(Self::Conversation),
        };
        let personal = matches!(envelope.audience, Audience::User(_)).then_some(Self::Me);
        about.into_iter().chain(personal)
    }

    /// Whether an event belongs to it.
    pub fn covers(&self, envelope: &Envelope) -> bool {
        *self == Self::Firehose || Self::of(envelope).any(|topic| topic == *self)
    }
}

impl FromStr for Topic {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "inbox" => Ok(Self::Inbox),
            "sessions" => Ok(Self::Sessions),
            "directory" => Ok(Self::Directory),
            "agents" => Ok(Self::Agents),
            "queue:none" => Ok(Self::Queue(None)),
            "me" => Ok(Self::Me),
            "firehose" => Ok(Self::Firehose),
            _ => match text.split_once(':').ok_or(())? {
                ("conversation", id) => id.parse().map(Self::Conversation).map_err(|_| ()),
                ("queue", id) => id.parse().map(Some).map(Self::Queue).map_err(|_| ()),
                _ => Err(()),
            },
        }
    }
}

/// A topic that a socket looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub topic: Topic,
    /// Events up to here were told, or are in what the client loaded by itself.
    pub told: i64,
}

/// A socket's place.
pub struct Seat {
    pub organization: OrganizationId,
    pub who: Who,
    pub role: Role,
    pub peer: Recipient<Frame>,
    pub connection: Arc<dyn Cut>,
    pub topics: Vec<Held>,
    /// What was missed is being read: live events wait for it in the store. Rows do not: each stands for itself.
    pub catching_up: bool,
    /// Of everything up to here this socket is owed nothing, list rows included.
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

    /// Whether this person may look at the topic at all. A foreign conversation is no topic of this
    /// organization's stream, so looking at it shows nothing.
    pub fn may_watch(&self, topic: &Topic) -> bool {
        *topic != Topic::Firehose || self.role >= Role::Supervisor
    }

    /// How it looks at the topic, if it does.
    pub fn held(&self, topic: &Topic) -> Option<&Held> {
        self.topics.iter().find(|held| held.topic == *topic)
    }

    /// Whether an event is to be told here: looked at, allowed and new.
    pub fn wants(&self, envelope: &Envelope) -> bool {
        self.topics
            .iter()
            .any(|held| envelope.seq > held.told && held.topic.covers(envelope))
            && self.may_see(envelope)
    }

    /// The place from which this socket has to catch up.
    pub fn owed_from(&self) -> i64 {
        let told = self.topics.iter().map(|held| held.told);
        told.min().unwrap_or(self.floor)
    }

    /// Events up to `seq` were told, of all topics that it looks at.
    pub fn told_events(&mut self, seq: i64) {
        for held in &mut self.topics {
            held.told = held.told.max(seq);
        }
    }

    /// The client loads again what it looks at: the stream goes on at `seq`, even if that lies before what was
    /// told (a restored database counts anew).
    pub fn begin_again_at(&mut self, seq: i64) {
        self.floor = seq;
        for held in &mut self.topics {
            held.told = seq;
        }
    }

    /// Writes to the peer; false when it does not drain.
    pub fn write(&self, text: ByteString) -> bool {
        self.peer.try_send(Frame::Text(text)).is_ok()
    }
}
