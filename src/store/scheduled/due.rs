//! A message whose time has come: taken, sent by the hub, and what came of it.

use actors::id::floor_at;
use actors::model::ids::{ConversationId, MessageId, ScheduledMessageId};
use actors::model::message::Direction;
use actors::model::outbound::Draft;
use actors::model::scheduled::ScheduledState;
use actors::model::user::{Actor, Who};
use actors::ports::store::{Receipt, StoreError};
use actors::time::Timestamp;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{AUTHOR_GONE, ScheduledRow};
use crate::store::db::Conn;
use crate::store::schema::{api_keys, messages, users};
use crate::store::{Tenant, field};
use crate::{in_tx, with_conn};

/// A message whose time has come.
#[derive(Clone, Debug)]
pub struct DueMessage {
    /// Who left it, or changed it last.
    pub author: Actor,
    pub conversation: ConversationId,
    pub draft: Draft,
}

/// What is to be done with it.
#[derive(Clone, Debug)]
pub enum Due {
    Say(Box<DueMessage>),
    /// It must not be sent, or was; that is recorded.
    Settled(Receipt),
    /// It waits for another time, was sent or taken back.
    Nothing,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScheduledEnd {
    Sent(MessageId),
    /// It was not sent, for a reason that somebody should look at.
    Failed(String),
    /// It is not needed any more.
    Cancelled(String),
}

impl Tenant {
    /// Takes a message whose time is `at`, so that nobody takes it back any more. Whoever comes again after a fall gets
    /// it again, unless it was sent before.
    pub async fn begin_scheduled(
        &self,
        id: ScheduledMessageId,
        at: Timestamp,
    ) -> Result<Due, StoreError> {
        in_tx!(self.db(), |conn| {
            let row = match self.locked(conn, id).await {
                Err(StoreError::NotFound) => return Ok(Due::Nothing),
                found => found?,
            };
            let state = row.state()?;
            let is_ours = matches!(state, ScheduledState::Waiting | ScheduledState::Sending);
            if row.send_at != at.naive() || !is_ours {
                return Ok(Due::Nothing);
            }
            // Before a fall, perhaps long ago, or by a try whose end nobody learnt.
            if let Some(message) = self.said(conn, &row).await? {
                let end = ScheduledEnd::Sent(message);
                return Ok(Due::Settled(self.settle(conn, row, &end).await?));
            }
            let author: Actor = field::read(&row.author)?;
            if state == ScheduledState::Waiting {
                if let Some(end) = self.obstacle(conn, &row, &author).await? {
                    return Ok(Due::Settled(self.settle(conn, row, &end).await?));
                }
                let sending = ScheduledRow {
                    state: ScheduledState::Sending.as_str().to_owned(),
                    updated_at: Timestamp::now().naive(),
                    ..row.clone()
                };
                self.save(conn, &sending).await?;
            }
            Ok(Due::Say(Box::new(DueMessage {
                author,
                conversation: ConversationId(row.conversation_id),
                draft: row.draft()?,
            })))
        })
    }

    /// Records how a message that was taken ended, and tells of it; does nothing when that is recorded.
    pub async fn settle_scheduled(
        &self,
        id: ScheduledMessageId,
        end: ScheduledEnd,
    ) -> Result<Receipt, StoreError> {
        in_tx!(self.db(), |conn| {
            let old = self.locked(conn, id).await?;
            if old.state()? != ScheduledState::Sending {
                return Ok(Receipt::default());
            }
            self.settle(conn, old, &end).await
        })
    }

    async fn settle(
        &self,
        conn: &mut Conn,
        old: ScheduledRow,
        end: &ScheduledEnd,
    ) -> Result<Receipt, StoreError> {
        let (state, reason, message) = match end {
            ScheduledEnd::Sent(message) => (ScheduledState::Sent, None, Some(message.0)),
            ScheduledEnd::Failed(why) => (ScheduledState::Failed, Some(why), None),
            ScheduledEnd::Cancelled(why) => (ScheduledState::Cancelled, Some(why), None),
        };
        let row = ScheduledRow {
            state: state.as_str().to_owned(),
            reason: reason.cloned(),
            message_id: message,
            updated_at: Timestamp::now().naive(),
            ..old
        };
        self.save(conn, &row).await?;
        self.tell_scheduled(conn, &row).await
    }

    /// The message that it became.
    async fn said(
        &self,
        conn: &mut Conn,
        row: &ScheduledRow,
    ) -> Result<Option<MessageId>, StoreError> {
        let key = row.id().send_key();
        let found: Option<i64> = with_conn!(conn, |c| messages::table
            .filter(messages::conversation_id.eq(row.conversation_id))
            .filter(messages::id.gt(row.id))
            .filter(messages::client_key.eq(&key))
            .select(messages::id)
            .first(c)
            .await
            .optional())?;
        Ok(found.map(MessageId))
    }

    async fn obstacle(
        &self,
        conn: &mut Conn,
        row: &ScheduledRow,
        author: &Actor,
    ) -> Result<Option<ScheduledEnd>, StoreError> {
        if !self.still_works(conn, author).await? {
            return Ok(Some(ScheduledEnd::Failed(AUTHOR_GONE.to_owned())));
        }
        if row.unless_reply && self.wrote_since(conn, row).await? {
            return Ok(Some(ScheduledEnd::Cancelled("contact_wrote".to_owned())));
        }
        Ok(None)
    }

    /// Whether who answers for a message may still send some.
    async fn still_works(&self, conn: &mut Conn, author: &Actor) -> Result<bool, StoreError> {
        let found: Option<i64> = match author.who {
            Who::System => return Ok(true),
            Who::User(user) => with_conn!(conn, |c| users::table
                .filter(users::organization_id.eq(self.org()))
                .filter(users::id.eq(user.0))
                .filter(users::disabled.eq(false))
                .select(users::id)
                .first(c)
                .await
                .optional())?,
            Who::ApiKey(key) => with_conn!(conn, |c| api_keys::table
                .filter(api_keys::organization_id.eq(self.org()))
                .filter(api_keys::id.eq(key.0))
                .filter(api_keys::revoked_at.is_null())
                .filter(
                    api_keys::expires_at
                        .is_null()
                        .or(api_keys::expires_at.gt(Timestamp::now().naive()))
                )
                .select(api_keys::id)
                .first(c)
                .await
                .optional())?,
        };
        Ok(found.is_some())
    }

    /// Whether the contact wrote since somebody last decided on the message: ids rise with time.
    async fn wrote_since(&self, conn: &mut Conn, row: &ScheduledRow) -> Result<bool, StoreError> {
        let found: Option<i64> = with_conn!(conn, |c| messages::table
            .filter(messages::conversation_id.eq(row.conversation_id))
            .filter(messages::id.gt(floor_at(field::instant(row.updated_at))))
            .filter(messages::direction.eq(Direction::Inbound.as_str()))
            .select(messages::id)
            .first(c)
            .await
            .optional())?;
        Ok(found.is_some())
    }
}
