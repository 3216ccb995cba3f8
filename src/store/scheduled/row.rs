//! A message that waits for its time, as it lies in the database.

use actors::model::contact::ContactBrief;
use actors::model::ids::{ConversationId, MessageId, ScheduledMessageId, UserId};
use actors::model::outbound::Draft;
use actors::model::scheduled::{ScheduledNews, ScheduledState};
use actors::ports::store::StoreError;
use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::ScheduledMessage;
use crate::store::field;
use crate::store::schema::scheduled_messages;

/// As it lies in the database.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = scheduled_messages)]
pub(super) struct ScheduledRow {
    pub id: i64,
    pub organization_id: i64,
    pub conversation_id: i64,
    pub author_id: Option<i64>,
    pub author: String,
    pub send_at: NaiveDateTime,
    pub unless_reply: bool,
    pub message: String,
    pub draft: String,
    pub client_key: Option<String>,
    pub fingerprint: Option<String>,
    pub state: String,
    pub reason: Option<String>,
    pub message_id: Option<i64>,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

impl ScheduledRow {
    /// Its id.
    pub fn id(&self) -> ScheduledMessageId {
        ScheduledMessageId(self.id)
    }

    /// How far it has come.
    pub fn state(&self) -> Result<ScheduledState, StoreError> {
        field::named(
            "scheduled_messages.state",
            &self.state,
            ScheduledState::parse,
        )
    }

    /// What is to be said.
    pub fn draft(&self) -> Result<Draft, StoreError> {
        field::read(&self.draft)
    }

    /// What is told of it.
    pub fn news(&self) -> Result<ScheduledNews, StoreError> {
        Ok(ScheduledNews {
            id: self.id(),
            conversation_id: ConversationId(self.conversation_id),
            author_id: self.author_id.map(UserId),
            state: self.state()?,
            send_at: field::instant(self.send_at),
            reason: self.reason.clone(),
        })
    }

    /// As everybody sees it; `contact` is whom the conversation is with.
    pub fn view(self, contact: ContactBrief) -> Result<ScheduledMessage, StoreError> {
        let draft = self.draft()?;
        Ok(ScheduledMessage {
            id: self.id(),
            conversation_id: ConversationId(self.conversation_id),
            contact,
            author: draft.author,
            send_at: field::instant(self.send_at),
            unless_reply: self.unless_reply,
            text: draft.text,
            state: self.state()?,
            message: field::json(self.message)?,
            reason: self.reason,
            message_id: self.message_id.map(MessageId),
            created_at: field::instant(self.created_at),
            updated_at: field::instant(self.updated_at),
        })
    }
}
