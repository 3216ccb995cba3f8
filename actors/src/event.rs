//! Something that happened, in the past tense, numbered per organization: one shape for the bus, the
//! sockets and outgoing webhooks.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::agent::Agent;
use crate::model::contact::Contact;
use crate::model::conversation::Conversation;
use crate::model::ids::{ConversationId, OrganizationId, UserId};
use crate::model::json::Json;
use crate::model::message::Message;
use crate::model::scheduled::ScheduledNews;
use crate::model::session::Session;
use crate::time::Timestamp;

/// An event on its way to those who may see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    pub organization: OrganizationId,
    /// Rises by one per event of the organization, in commit order.
    pub seq: i64,
    pub at: Timestamp,
    pub audience: Audience,
    pub event: Event,
    /// The conversation as it is after the event, for list rows; absent when no row changed.
    pub row: Option<Arc<Conversation>>,
}

/// Who may see an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Everybody in the organization.
    Everyone,
    /// Admins and owners.
    Admins,
    /// One person.
    User(UserId),
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    #[serde(rename = "message.received")]
    MessageReceived(Arc<Message>),
    #[serde(rename = "message.queued")]
    MessageQueued(Arc<Message>),
    #[serde(rename = "message.sent")]
    MessageSent(Arc<Message>),
    #[serde(rename = "message.status_changed")]
    MessageStatusChanged(Arc<Message>),
    /// Its media arrived, or it got a reaction, was edited or taken back.
    #[serde(rename = "message.updated")]
    MessageUpdated(Arc<Message>),
    #[serde(rename = "note.created")]
    NoteCreated(Arc<Message>),
    /// A note calls a colleague; only they hear it.
    #[serde(rename = "user.mentioned")]
    UserMentioned(Arc<Message>),
    #[serde(rename = "conversation.created")]
    ConversationCreated(Arc<Conversation>),
    #[serde(rename = "conversation.updated")]
    ConversationUpdated(Arc<Conversation>),
    /// Three quarters of the time for an answer, or for a solution, are gone.
    #[serde(rename = "conversation.sla_warning")]
    SlaWarned(Arc<Conversation>),
    /// An answer, or a solution, is late.
    #[serde(rename = "conversation.sla_breached")]
    SlaBreached(Arc<Conversation>),
    /// A message that waits for its time was left, changed, sent, given up or taken back.
    #[serde(rename = "scheduled_message.updated")]
    ScheduledUpdated(Arc<ScheduledNews>),
    #[serde(rename = "contact.created")]
    ContactCreated(Arc<Contact>),
    #[serde(rename = "contact.updated")]
    ContactUpdated(Arc<Contact>),
    #[serde(rename = "session.updated")]
    SessionUpdated(Arc<Session>),
    #[serde(rename = "template.updated")]
    TemplateUpdated(Json),
    #[serde(rename = "quarantine.added")]
    QuarantineAdded(Json),
    /// Something that people choose from came, changed or went: `{"noun":"tags"|"teams"|"canned_responses"|
    /// "views"|"macros"}`.
    #[serde(rename = "directory.updated")]
    DirectoryUpdated(Json),
    /// Somebody came, went, or stands otherwise.
    #[serde(rename = "agent.updated")]
    AgentUpdated(Arc<Agent>),
}

impl Event {
    /// The dotted name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::MessageReceived(_) => "message.received",
            Self::MessageQueued(_) => "message.queued",
            Self::MessageSent(_) => "message.sent",
            Self::MessageStatusChanged(_) => "message.status_changed",
            Self::MessageUpdated(_) => "message.updated",
            Self::NoteCreated(_) => "note.created",
            Self::UserMentioned(_) => "user.mentioned",
            Self::ConversationCreated(_) => "conversation.created",
            Self::ConversationUpdated(_) => "conversation.updated",
            Self::SlaWarned(_) => "conversation.sla_warning",
            Self::SlaBreached(_) => "conversation.sla_breached",
            Self::ScheduledUpdated(_) => "scheduled_message.updated",
            Self::ContactCreated(_) => "contact.created",
            Self::ContactUpdated(_) => "contact.updated",
            Self::SessionUpdated(_) => "session.updated",
            Self::TemplateUpdated(_) => "template.updated",
            Self::QuarantineAdded(_) => "quarantine.added",
            Self::DirectoryUpdated(_) => "directory.updated",
            Self::AgentUpdated(_) => "agent.updated",
        }
    }

    /// The message it is about.
    pub const fn message(&self) -> Option<&Arc<Message>> {
        match self {
            Self::MessageReceived(message)
            | Self::MessageQueued(message)
            | Self::MessageSent(message)
            | Self::MessageStatusChanged(message)
            | Self::MessageUpdated(message)
            | Self::NoteCreated(message)
            | Self::UserMentioned(message) => Some(message),
            _ => None,
        }
    }

    /// The conversation it belongs to.
    pub fn conversation(&self) -> Option<ConversationId> {
        match self {
            Self::ConversationCreated(conversation)
            | Self::ConversationUpdated(conversation)
            | Self::SlaWarned(conversation)
            | Self::SlaBreached(conversation) => Some(conversation.id),
            Self::ScheduledUpdated(news) => Some(news.conversation_id),
            event => event.message().map(|message| message.conversation_id),
        }
    }
}

/// A place in an organization's events: `epoch.seq`. The epoch changes when a database is restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub epoch: i64,
    pub seq: i64,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.epoch, self.seq)
    }
}

/// A text that is no cursor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid cursor")]
pub struct InvalidCursor;

impl FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (epoch, seq) = text.split_once('.').ok_or(InvalidCursor)?;
        Ok(Self {
            epoch: epoch.parse().map_err(|_| InvalidCursor)?,
            seq: seq.parse().map_err(|_| InvalidCursor)?,
        })
    }
}

impl Serialize for Cursor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}
