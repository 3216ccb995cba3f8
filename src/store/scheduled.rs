//! Messages that wait for their time. A row says what is to be said and how far it has come; a job of the same
//! transaction wakes the hub when its time comes, and does nothing when the row waits for another time by then.

mod due;
mod row;

pub use self::due::{Due, DueMessage, ScheduledEnd};

use std::collections::HashMap;
use std::sync::Arc;

use actors::event::{Audience, Envelope, Event};
use actors::model::contact::ContactBrief;
use actors::model::ids::{ConversationId, MessageId, ScheduledMessageId, UserId};
use actors::model::job::Task;
use actors::model::json::Json;
use actors::model::message::Author;
use actors::model::outbound::Draft;
use actors::model::scheduled::ScheduledState;
use actors::model::user::{Actor, Who};
use actors::ports::store::{Receipt, StoreError};
use actors::time::Timestamp;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::Serialize;
use serde_json::json;

use self::row::ScheduledRow;
use super::db::Conn;
use super::schema::scheduled_messages;
use super::{Tenant, audit, conversation, event, field, job};
use crate::{in_tx, lock_first, with_conn};

/// Messages that wait in one conversation, or were not sent and are not put away.
pub const MOST_WAITING: i64 = 50;

/// A message that waits for its time, or waited.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ScheduledMessage {
    pub id: ScheduledMessageId,
    pub conversation_id: ConversationId,
    /// Whom the conversation is with.
    pub contact: ContactBrief,
    pub author: Author,
    pub send_at: Timestamp,
    /// It is not sent if the contact writes before, since it was left or last changed.
    pub unless_reply: bool,
    /// As it was given: the Cloud API's message object without `to`.
    pub message: Json,
    /// What a person reads of it.
    pub text: Option<String>,
    pub state: ScheduledState,
    /// Why it was not sent: the code of a refusal (`window_closed` …), `too_late`, `author_gone` or `contact_wrote`.
    pub reason: Option<String>,
    /// What it became.
    pub message_id: Option<MessageId>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Why a message of somebody who was locked out meanwhile is not sent.
pub const AUTHOR_GONE: &str = "author_gone";

/// A message to be sent later.
#[derive(Clone, Debug)]
pub struct Later {
    pub send_at: Timestamp,
    pub unless_reply: bool,
    /// As it was given.
    pub message: Json,
    /// As it was checked.
    pub draft: Draft,
}

impl Later {
    /// What is asked, in short: the same idempotency key with another one is a mistake of the client.
    fn fingerprint(&self) -> Option<String> {
        let draft = self.draft.fingerprint.as_ref()?;
        Some(format!("{draft} {} {}", self.send_at, self.unless_reply))
    }
}

/// Which of them.
#[derive(Clone, Debug)]
pub struct ScheduledFilter {
    pub conversation: Option<ConversationId>,
    pub author: Option<UserId>,
    pub state: ScheduledState,
    pub after: Option<(Timestamp, ScheduledMessageId)>,
}

impl ScheduledFilter {
    /// Whether what is to come is wanted, rather than what was.
    fn is_ahead(&self) -> bool {
        matches!(
            self.state,
            ScheduledState::Waiting | ScheduledState::Sending
        )
    }
}

/// What came of leaving a message.
#[derive(Clone, Debug)]
pub enum Left {
    Stored(Box<ScheduledMessage>, Receipt),
    /// The same idempotency key with the same request came before.
    Repeated(Box<ScheduledMessage>),
    /// The idempotency key was used for another request.
    KeyReused,
    /// Its time has passed, and it was not left before.
    Past,
    /// So many wait in the conversation that no more are taken.
    TooMany,
}

fn author_of(by: &Actor) -> Option<i64> {
    match by.who {
        Who::User(user) => Some(user.0),
        Who::ApiKey(_) | Who::System => None,
    }
}

impl Tenant {
    /// Messages that wait, the next first, or that ended, the last first, after the one with this time and id.
    pub async fn list_scheduled(
        &self,
        filter: &ScheduledFilter,
        limit: i64,
    ) -> Result<Vec<ScheduledMessage>, StoreError> {
        let mut conn = self.db().read().await?;
        let rows: Vec<ScheduledRow> = with_conn!(&mut conn, |c| {
            let mut query = scheduled_messages::table
                .filter(scheduled_messages::state.eq(filter.state.as_str()))
                .limit(limit)
                .select(ScheduledRow::as_select())
                .into_boxed();
            let organization = scheduled_messages::organization_id;
            // Of a conversation there are few: they are found by its index, and the rest is compared.
            query = match filter.conversation {
                Some(conversation) => query
                    .filter(scheduled_messages::conversation_id.eq(conversation.0))
                    .filter((organization + 0).eq(self.org())),
                None => query.filter(organization.eq(self.org())),
            };
            if let Some(author) = filter.author {
                let author = Some(author.0);
                query = match filter.conversation {
                    Some(_) => query.filter((scheduled_messages::author_id + Some(0)).eq(author)),
                    None => query.filter(scheduled_messages::author_id.eq(author)),
                };
            }
            let place = (scheduled_messages::send_at, scheduled_messages::id);
            query = match filter.is_ahead() {
                true => query.order(place),
                false => query.order((place.0.desc(), place.1.desc())),
            };
            if let Some((at, id)) = filter.after {
                let (at, id) = (at.naive(), id.0);
                query = match filter.is_ahead() {
                    true => query.filter(place.0.ge(at).and(place.0.gt(at).or(place.1.gt(id)))),
                    false => query.filter(place.0.le(at).and(place.0.lt(at).or(place.1.lt(id)))),
                };
            }
            query.load(c).await
        })?;
        self.views(&mut conn, rows).await
    }

    /// One of them.
    pub async fn find_scheduled(
        &self,
        id: ScheduledMessageId,
    ) -> Result<ScheduledMessage, StoreError> {
        let mut conn = self.db().read().await?;
        let row: ScheduledRow = with_conn!(&mut conn, |c| scheduled_messages::table
            .filter(scheduled_messages::organization_id.eq(self.org()))
            .filter(scheduled_messages::id.eq(id.0))
            .select(ScheduledRow::as_select())
            .first(c)
            .await)?;
        self.one(&mut conn, row).await
    }

    /// Leaves a message for later.
    pub async fn leave_scheduled(
        &self,
        by: &Actor,
        conversation: ConversationId,
        later: &Later,
    ) -> Result<Left, StoreError> {
        in_tx!(self.db(), |conn| {
            // Locks the organization's row: of many who come at once none gets past the limit, and who comes with the same
            // key finds what the other one left.
            event::take_seqs(conn, self.org(), 0).await?;
            if let Some(key) = &later.draft.client_key
                && let Some(known) = self.by_key(conn, key).await?
            {
                let is_own = known.author_id == author_of(by);
                return Ok(match is_own && known.fingerprint == later.fingerprint() {
                    true => Left::Repeated(Box::new(self.one(conn, known).await?)),
                    false => Left::KeyReused,
                });
            }
            if later.send_at <= Timestamp::now() {
                return Ok(Left::Past);
            }
            if self.waiting_in(conn, conversation).await? >= MOST_WAITING {
                return Ok(Left::TooMany);
            }
            let row = self.new_row(by, conversation, later)?;
            with_conn!(conn, |c| diesel::insert_into(scheduled_messages::table)
                .values(row.clone())
                .execute(c)
                .await)?;
            let receipt = self
                .put_down(conn, by, "scheduled_message.created", &row)
                .await?;
            Ok(Left::Stored(Box::new(self.one(conn, row).await?), receipt))
        })
    }

    /// Gives a message that waits, or was not sent, other words or another time; `Conflict` when it is on its way or
    /// was sent or taken back. From now on `by` answers for it: it goes out as long as they work here, whoever left it.
    pub async fn change_scheduled(
        &self,
        by: &Actor,
        id: ScheduledMessageId,
        later: &Later,
    ) -> Result<(ScheduledMessage, Receipt), StoreError> {
        in_tx!(self.db(), |conn| {
            let old = self.changeable(conn, id).await?;
            let row = ScheduledRow {
                send_at: later.send_at.naive(),
                unless_reply: later.unless_reply,
                message: later.message.get().to_owned(),
                draft: field::write(&later.draft)?,
                author: field::write(by)?,
                state: ScheduledState::Waiting.as_str().to_owned(),
                reason: None,
                updated_at: Timestamp::now().naive(),
                ..old
            };
            self.save(conn, &row).await?;
            let receipt = self
                .put_down(conn, by, "scheduled_message.changed", &row)
                .await?;
            Ok((self.one(conn, row).await?, receipt))
        })
    }

    /// Takes back a message that waits, or puts one away that was not sent; `Conflict` when it is on its way or was
    /// sent or taken back.
    pub async fn cancel_scheduled(
        &self,
        by: &Actor,
        id: ScheduledMessageId,
    ) -> Result<Receipt, StoreError> {
        in_tx!(self.db(), |conn| {
            let old = self.changeable(conn, id).await?;
            let row = ScheduledRow {
                state: ScheduledState::Cancelled.as_str().to_owned(),
                updated_at: Timestamp::now().naive(),
                ..old
            };
            self.save(conn, &row).await?;
            self.note_scheduled(conn, by, "scheduled_message.cancelled", &row)
                .await?;
            self.tell_scheduled(conn, &row).await
        })
    }

    fn new_row(
        &self,
        by: &Actor,
        conversation: ConversationId,
        later: &Later,
    ) -> Result<ScheduledRow, StoreError> {
        let now = Timestamp::now().naive();
        Ok(ScheduledRow {
            id: self.store().next_id(),
            organization_id: self.org(),
            conversation_id: conversation.0,
            author_id: author_of(by),
            author: field::write(by)?,
            send_at: later.send_at.naive(),
            unless_reply: later.unless_reply,
            message: later.message.get().to_owned(),
            draft: field::write(&later.draft)?,
            client_key: later.draft.client_key.clone(),
            fingerprint: later.fingerprint(),
            state: ScheduledState::Waiting.as_str().to_owned(),
            reason: None,
            message_id: None,
            created_at: now,
            updated_at: now,
        })
    }

    async fn by_key(&self, conn: &mut Conn, key: &str) -> Result<Option<ScheduledRow>, StoreError> {
        with_conn!(conn, |c| scheduled_messages::table
            .filter(scheduled_messages::organization_id.eq(self.org()))
            .filter(scheduled_messages::client_key.eq(key))
            .select(ScheduledRow::as_select())
            .first(c)
            .await
            .optional())
    }

    async fn waiting_in(
        &self,
        conn: &mut Conn,
        conversation: ConversationId,
    ) -> Result<i64, StoreError> {
        with_conn!(conn, |c| scheduled_messages::table
            .filter(scheduled_messages::conversation_id.eq(conversation.0))
            // One that was not sent may wait again.
            .filter(scheduled_messages::state.eq_any([
                ScheduledState::Waiting.as_str(),
                ScheduledState::Failed.as_str(),
            ]))
            .count()
            .get_result(c)
            .await)
    }

    /// The row, locked.
    async fn locked(
        &self,
        conn: &mut Conn,
        id: ScheduledMessageId,
    ) -> Result<ScheduledRow, StoreError> {
        let found: Option<ScheduledRow> = lock_first!(
            conn,
            scheduled_messages::table
                .filter(scheduled_messages::organization_id.eq(self.org()))
                .filter(scheduled_messages::id.eq(id.0))
                .select(ScheduledRow::as_select())
        )?;
        found.ok_or(StoreError::NotFound)
    }

    async fn changeable(
        &self,
        conn: &mut Conn,
        id: ScheduledMessageId,
    ) -> Result<ScheduledRow, StoreError> {
        let row = self.locked(conn, id).await?;
        match row.state()? {
            ScheduledState::Waiting | ScheduledState::Failed => Ok(row),
            _ => Err(StoreError::Conflict),
        }
    }

    async fn save(&self, conn: &mut Conn, row: &ScheduledRow) -> Result<(), StoreError> {
        with_conn!(conn, |c| diesel::update(
            scheduled_messages::table.find(row.id)
        )
        .set((
            scheduled_messages::send_at.eq(row.send_at),
            scheduled_messages::unless_reply.eq(row.unless_reply),
            scheduled_messages::message.eq(&row.message),
            scheduled_messages::draft.eq(&row.draft),
            scheduled_messages::author.eq(&row.author),
            scheduled_messages::state.eq(&row.state),
            scheduled_messages::reason.eq(&row.reason),
            scheduled_messages::message_id.eq(row.message_id),
            scheduled_messages::updated_at.eq(row.updated_at),
        ))
        .execute(c)
        .await)?;
        Ok(())
    }

    /// Leaves the job that sends the row's message, notes who did what, and tells of it.
    async fn put_down(
        &self,
        conn: &mut Conn,
        by: &Actor,
        action: &str,
        row: &ScheduledRow,
    ) -> Result<Receipt, StoreError> {
        let at = field::instant(row.send_at);
        let task = Task::SendScheduled {
            scheduled: row.id(),
            at,
        };
        job::enqueue(conn, self.store(), self.organization(), &[task], at).await?;
        self.note_scheduled(conn, by, action, row).await?;
        let told = self.tell_scheduled(conn, row).await?;
        // Not due yet, but perhaps sooner than what this node would look for next.
        Ok(Receipt { jobs: true, ..told })
    }

    async fn note_scheduled(
        &self,
        conn: &mut Conn,
        by: &Actor,
        action: &str,
        row: &ScheduledRow,
    ) -> Result<(), StoreError> {
        let details = json!({
            "conversation": ConversationId(row.conversation_id),
            "send_at": field::instant(row.send_at),
        });
        let subject = row.id().to_string();
        audit::record(conn, self.store(), by, action, &subject, &details).await
    }

    /// Tells those who look at the conversation, and of a message that was not sent its author as well.
    async fn tell_scheduled(
        &self,
        conn: &mut Conn,
        row: &ScheduledRow,
    ) -> Result<Receipt, StoreError> {
        let news = Arc::new(row.news()?);
        let alone = match (news.state, news.author_id) {
            (ScheduledState::Failed, Some(author)) => Some(Audience::User(author)),
            _ => None,
        };
        let mut envelopes: Vec<Arc<Envelope>> = Vec::new();
        for audience in [Some(Audience::Everyone), alone].into_iter().flatten() {
            let event = Event::ScheduledUpdated(Arc::clone(&news));
            envelopes.push(event::append(conn, self.organization(), audience, event).await?);
        }
        Ok(Receipt {
            envelopes,
            jobs: false,
        })
    }

    async fn one(
        &self,
        conn: &mut Conn,
        row: ScheduledRow,
    ) -> Result<ScheduledMessage, StoreError> {
        let mut views = self.views(conn, vec![row]).await?;
        views.pop().ok_or(StoreError::NotFound)
    }

    async fn views(
        &self,
        conn: &mut Conn,
        rows: Vec<ScheduledRow>,
    ) -> Result<Vec<ScheduledMessage>, StoreError> {
        let mut threads: Vec<i64> = rows.iter().map(|row| row.conversation_id).collect();
        threads.sort_unstable();
        threads.dedup();
        let threads = conversation::load(conn, self.org(), &threads).await?;
        let contacts: HashMap<i64, ContactBrief> = threads
            .into_iter()
            .map(|thread| (thread.id.0, thread.contact))
            .collect();
        rows.into_iter()
            .filter_map(|row| {
                let contact = contacts.get(&row.conversation_id)?.clone();
                Some(row.view(contact))
            })
            .collect()
    }
}
