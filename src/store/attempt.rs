//! A message's way out: the attempt committed before its POST, and how it ended. A message's rank only rises.

use std::sync::Arc;

use actors::event::{Audience, Envelope, Event};
use actors::model::contact::Identity;
use actors::model::conversation::Conversation;
use actors::model::ids::{AttemptId, ConversationId, MessageId, OrganizationId, SessionId};
use actors::model::message::{Failure, Message, Reaction, ReactionBy};
use actors::model::outbound::{Outcome, Parcel};
use actors::model::status::MessageStatus;
use actors::policy;
use actors::ports::store::{Begun, Receipt, StoreError};
use actors::time::Timestamp;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::contact_identity::identities_of;
use super::db::Conn;
use super::kept::kept;
use super::lane::{Begin, Settle};
use super::message::MessageRow;
use super::schema::messages;
use super::status::take_early;
use super::{Store, conversation, event, field, job, lease, message};
use crate::{in_tx, lock_first, with_conn};

/// How an event tells of a message.
pub(crate) type Tell = fn(Arc<Message>) -> Event;

/// What changes on a message's row.
#[derive(AsChangeset, Default)]
#[diesel(table_name = messages)]
pub(super) struct Change {
    pub seq: Option<i64>,
    pub status: Option<String>,
    pub provider_id: Option<String>,
    pub error: Option<Option<String>>,
    pub reactions: Option<Option<String>>,
}

/// A message's row, locked against others on PostgreSQL.
pub(crate) async fn lock_message(
    conn: &mut Conn,
    id: i64,
) -> Result<Option<MessageRow>, StoreError> {
    lock_first!(
        conn,
        messages::table
            .filter(messages::id.eq(id))
            .select(MessageRow::as_select())
    )
}

/// A message's row by the provider's id, locked against others on PostgreSQL.
pub(crate) async fn lock_by_provider_id(
    conn: &mut Conn,
    session: i64,
    provider_id: &str,
) -> Result<Option<MessageRow>, StoreError> {
    let lately = message::lately();
    for (first, last) in [(lately, i64::MAX), (i64::MIN, lately - 1)] {
        let row = lock_first!(
            conn,
            messages::table
                .filter(messages::session_id.eq(session))
                .filter(messages::provider_id.eq(provider_id))
                .filter(messages::id.between(first, last))
                .select(MessageRow::as_select())
        )?;
        if row.is_some() {
            return Ok(row);
        }
    }
    Ok(None)
}

/// Takes a number for a changed message and stores the event that tells of it as it is now. The list row is read
/// after the number is taken: nobody changes it until this is stored, so it does not go back behind what was told.
pub(crate) async fn tell(
    conn: &mut Conn,
    organization: i64,
    id: i64,
    how: Tell,
) -> Result<Arc<Envelope>, StoreError> {
    let mut found = message::load(conn, organization, &[id]).await?;
    let mut view = found.pop().ok_or(StoreError::NotFound)?;
    let seq = event::take_seqs(conn, organization, 1).await?;
    let mut row = row_if_last(conn, organization, &view).await?;
    view.seq = seq;
    if let Some(row) = &mut row {
        row.seq = seq;
    }
    let renumber = kept(diesel::update(messages::table.find(id)).set(messages::seq.eq(seq)));
    with_conn!(conn, |c| renumber.execute(c).await)?;
    let envelope = Arc::new(Envelope {
        organization: OrganizationId(organization),
        seq,
        at: Timestamp::now(),
        audience: Audience::Everyone,
        event: how(Arc::new(view)),
        row: row.map(Arc::new),
    });
    event::store(conn, std::slice::from_ref(&envelope)).await?;
    Ok(envelope)
}

/// The list row when it shows this message. It will carry the event's number; the conversation's own version
/// stays, because nothing that its actor decides on has changed.
async fn row_if_last(
    conn: &mut Conn,
    organization: i64,
    message: &Message,
) -> Result<Option<Conversation>, StoreError> {
    let ids = [message.conversation_id.0];
    let found = conversation::load(conn, organization, &ids).await?;
    Ok(found.into_iter().find(|row| {
        row.last_message
            .as_ref()
            .is_some_and(|last| last.id == message.id)
    }))
}

/// Writes what changes.
pub(super) async fn change(conn: &mut Conn, id: i64, change: Change) -> Result<(), StoreError> {
    let update = kept(diesel::update(messages::table.find(id)).set(&change));
    with_conn!(conn, |c| update.execute(c).await)?;
    Ok(())
}

/// Records how an attempt ended (`attempt` None: whichever it was); gives what is to be told.
pub(crate) async fn conclude(
    conn: &mut Conn,
    id: MessageId,
    attempt: Option<AttemptId>,
    outcome: &Outcome,
) -> Result<Vec<Arc<Envelope>>, StoreError> {
    let Some(row) = lock_message(conn, id.0).await? else {
        return Ok(Vec::new());
    };
    if attempt.is_some_and(|attempt| row.attempt_id != Some(attempt.0)) {
        return Ok(Vec::new());
    }
    let stands = row.status()?;
    match outcome {
        Outcome::Accepted { provider_id } => {
            if row.provider_id.is_some() {
                return Ok(Vec::new());
            }
            accept(conn, &row, stands, provider_id).await
        }
        Outcome::Failed(failure) if stands.rises_to(MessageStatus::Failed) => {
            fail(conn, &row, failure, Event::MessageStatusChanged).await
        }
        Outcome::Unknown if stands.rises_to(MessageStatus::Unknown) => {
            raise(
                conn,
                &row,
                MessageStatus::Unknown,
                Event::MessageStatusChanged,
            )
            .await
        }
        Outcome::Requeued if stands == MessageStatus::Sending => {
            let requeue = kept(diesel::update(messages::table.find(row.id)).set((
                messages::status.eq(MessageStatus::Queued.as_str()),
                messages::attempt_id.eq(None::<i64>),
            )));
            with_conn!(conn, |c| requeue.execute(c).await)?;
            Ok(Vec::new())
        }
        // Another node put it in doubt meanwhile, and its job is gone.
        Outcome::Requeued if stands == MessageStatus::Unknown => {
            let failure = policy::refused_in_doubt();
            fail(conn, &row, &failure, Event::MessageStatusChanged).await
        }
        Outcome::Failed(_) | Outcome::Unknown | Outcome::Requeued => Ok(Vec::new()),
    }
}

/// Ends a message whose job was given up: a POST that may be out leaves it in doubt, else it failed.
pub(crate) async fn give_up(
    conn: &mut Conn,
    id: MessageId,
) -> Result<Vec<Arc<Envelope>>, StoreError> {
    let Some(row) = lock_message(conn, id.0).await? else {
        return Ok(Vec::new());
    };
    match row.status()? {
        MessageStatus::Sending => {
            raise(
                conn,
                &row,
                MessageStatus::Unknown,
                Event::MessageStatusChanged,
            )
            .await
        }
        MessageStatus::Queued => {
            let failure = Failure {
                code: 0,
                title: "The message could not be sent".to_owned(),
                advice: "It was tried several times. Send it again, or ask an admin to look at \
                    the number."
                    .to_owned(),
            };
            fail(conn, &row, &failure, Event::MessageStatusChanged).await
        }
        _ => Ok(Vec::new()),
    }
}

async fn accept(
    conn: &mut Conn,
    row: &MessageRow,
    stands: MessageStatus,
    provider_id: &str,
) -> Result<Vec<Arc<Envelope>>, StoreError> {
    let mut reached = if stands.rises_to(MessageStatus::Sent) {
        MessageStatus::Sent
    } else {
        stands
    };
    let mut error = None;
    // Statuses that overtook the answer were kept under the provider's id.
    for (status, fault) in take_early(conn, row.session_id, provider_id).await? {
        if reached.rises_to(status) {
            reached = status;
            error = fault;
        }
    }
    let failed = reached == MessageStatus::Failed;
    let error = if failed {
        error
            .map(|fault| field::write(&policy::failure(&fault)))
            .transpose()?
    } else {
        None
    };
    let news = Change {
        status: Some(reached.as_str().to_owned()),
        provider_id: Some(provider_id.to_owned()),
        error: Some(error),
        ..Change::default()
    };
    change(conn, row.id, news).await?;
    if row.hidden {
        return Ok(Vec::new());
    }
    let told = tell(conn, row.organization_id, row.id, Event::MessageSent).await?;
    Ok(vec![told])
}

/// Raises a message to a status that is no failure.
pub(super) async fn raise(
    conn: &mut Conn,
    row: &MessageRow,
    status: MessageStatus,
    how: Tell,
) -> Result<Vec<Arc<Envelope>>, StoreError> {
    let news = Change {
        status: Some(status.as_str().to_owned()),
        // A proof of delivery takes an earlier failure back.
        error: Some(None),
        ..Change::default()
    };
    change(conn, row.id, news).await?;
    if row.hidden {
        return Ok(Vec::new());
    }
    Ok(vec![tell(conn, row.organization_id, row.id, how).await?])
}

/// Ends a message as failed.
pub(super) async fn fail(
    conn: &mut Conn,
    row: &MessageRow,
    failure: &Failure,
    how: Tell,
) -> Result<Vec<Arc<Envelope>>, StoreError> {
    let news = Change {
        status: Some(MessageStatus::Failed.as_str().to_owned()),
        error: Some(Some(field::write(failure)?)),
        ..Change::default()
    };
    change(conn, row.id, news).await?;
    if !row.hidden {
        return Ok(vec![tell(conn, row.organization_id, row.id, how).await?]);
    }
    // A reaction that did not arrive must not stay on its target.
    let target = row.reply_to.as_deref().unwrap_or_default();
    let Some(target) = lock_by_provider_id(conn, row.session_id, target).await? else {
        return Ok(Vec::new());
    };
    set_reaction(conn, &target, ReactionBy::Business, None)
        .await
        .map(|told| vec![told])
}

/// Sets or removes one side's emoji on a message.
pub(crate) async fn set_reaction(
    conn: &mut Conn,
    target: &MessageRow,
    by: ReactionBy,
    emoji: Option<&str>,
) -> Result<Arc<Envelope>, StoreError> {
    let mut reactions: Vec<Reaction> =
        field::read_opt(target.reactions.as_deref())?.unwrap_or_default();
    reactions.retain(|reaction| reaction.by != by);
    if let Some(emoji) = emoji.filter(|emoji| !emoji.is_empty()) {
        reactions.push(Reaction {
            emoji: emoji.to_owned(),
            by,
        });
    }
    let text = (!reactions.is_empty())
        .then(|| field::write(&reactions))
        .transpose()?;
    let news = Change {
        reactions: Some(text),
        ..Change::default()
    };
    change(conn, target.id, news).await?;
    tell(
        conn,
        target.organization_id,
        target.id,
        Event::MessageUpdated,
    )
    .await
}

impl Store {
    pub(super) async fn begin(&self, begin: Begin) -> Result<Begun, StoreError> {
        let Begin {
            job,
            message,
            lease,
        } = begin;
        in_tx!(self.db(), |conn| {
            let Some(row) = lock_message(conn, message.0).await? else {
                job::remove(conn, job).await?;
                return Ok(Begun::Settled);
            };
            if let Some(lease) = lease {
                let held = lease::holders(conn, vec![row.session_id]).await?;
                if held.get(&row.session_id) != Some(&lease) {
                    return Ok(Begun::Elsewhere);
                }
            }
            match row.status()? {
                MessageStatus::Queued => {}
                MessageStatus::Sending => {
                    job::remove(conn, job).await?;
                    let envelopes = raise(
                        conn,
                        &row,
                        MessageStatus::Unknown,
                        Event::MessageStatusChanged,
                    )
                    .await?;
                    return Ok(Begun::InDoubt(Receipt {
                        envelopes,
                        jobs: false,
                    }));
                }
                _ => {
                    job::remove(conn, job).await?;
                    return Ok(Begun::Settled);
                }
            }
            let attempt = AttemptId(self.next_id());
            let begin = kept(diesel::update(messages::table.find(row.id)).set((
                messages::status.eq(MessageStatus::Sending.as_str()),
                messages::attempt_id.eq(Some(attempt.0)),
            )));
            with_conn!(conn, |c| begin.execute(c).await)?;
            let to: Vec<Identity> = identities_of(conn, row.contact_id).await?;
            Ok(Begun::Go(Parcel {
                organization: OrganizationId(row.organization_id),
                session: SessionId(row.session_id),
                conversation: ConversationId(row.conversation_id),
                message,
                attempt,
                to,
                kind: row.kind,
                content: field::json(row.content)?,
                // A reaction names its target inside, not as a quote.
                reply_to: row.reply_to.filter(|_| !row.hidden),
            }))
        })
    }

    pub(super) async fn settle(&self, settle: &Settle) -> Result<Receipt, StoreError> {
        let Settle {
            job,
            message,
            attempt,
            outcome,
            retry_at,
        } = settle;
        in_tx!(self.db(), |conn| {
            let envelopes = conclude(conn, *message, Some(*attempt), outcome).await?;
            match outcome {
                Outcome::Requeued => {
                    let at = retry_at.unwrap_or_else(Timestamp::now);
                    job::put_back(conn, *job, at, None).await?;
                }
                _ => job::remove(conn, *job).await?,
            }
            Ok(Receipt {
                envelopes,
                jobs: false,
            })
        })
    }
}
