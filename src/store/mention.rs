//! Notes that call a colleague, and whether they looked.

use std::collections::HashMap;
use std::sync::Arc;

use actors::event::{Audience, Envelope, Event};
use actors::model::contact::ContactBrief;
use actors::model::conversation::ConversationState;
use actors::model::ids::{ConversationId, MessageId, UserId};
use actors::model::message::Message;
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::Serialize;

use super::db::Conn;
use super::schema::mentions;
use super::{Tenant, conversation, event, field, message};
use crate::with_conn;

/// A note that calls somebody.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Mention {
    /// The note.
    pub message: Message,
    /// Whom the conversation is with.
    pub contact: ContactBrief,
    /// When they looked at the conversation; null when they did not since.
    pub seen_at: Option<Timestamp>,
}

/// A call as it lies in the database.
#[derive(Queryable, Selectable)]
#[diesel(table_name = mentions)]
struct MentionRow {
    message_id: i64,
    conversation_id: i64,
    seen_at: Option<NaiveDateTime>,
}

/// Calls the colleagues of a note that was just stored: a row for each, and an event that only they hear.
pub(super) async fn call(
    conn: &mut Conn,
    next: &ConversationState,
    note: &Arc<Message>,
    users: &[UserId],
) -> Result<Vec<Arc<Envelope>>, StoreError> {
    if users.is_empty() {
        return Ok(Vec::new());
    }
    for user in users {
        let row = (
            mentions::user_id.eq(user.0),
            mentions::message_id.eq(note.id.0),
            mentions::organization_id.eq(next.organization.0),
            mentions::conversation_id.eq(note.conversation_id.0),
        );
        with_conn!(conn, |c| diesel::insert_into(mentions::table)
            .values(row)
            .execute(c)
            .await)?;
    }
    let count = i64::try_from(users.len()).unwrap_or(i64::MAX);
    let first = event::take_seqs(conn, next.organization.0, count).await?;
    let row = Arc::new(next.conversation.clone());
    let envelopes = (first..).zip(users).map(|(seq, user)| {
        Arc::new(Envelope {
            organization: next.organization,
            seq,
            at: note.created_at,
            audience: Audience::User(*user),
            event: Event::UserMentioned(Arc::clone(note)),
            row: Some(Arc::clone(&row)),
        })
    });
    Ok(envelopes.collect())
}

impl Tenant {
    /// The notes that call `user`, newest first, after the note `after`.
    pub async fn list_mentions(
        &self,
        user: UserId,
        unseen: bool,
        after: Option<MessageId>,
        limit: i64,
    ) -> Result<Vec<Mention>, StoreError> {
        let mut conn = self.db().read().await?;
        let before = after.map_or(i64::MAX, |id| id.0);
        let rows: Vec<MentionRow> = with_conn!(&mut conn, |c| {
            let mut query = mentions::table
                .filter(mentions::organization_id.eq(self.org()))
                .filter(mentions::user_id.eq(user.0))
                .filter(mentions::message_id.lt(before))
                .order(mentions::message_id.desc())
                .limit(limit)
                .select(MentionRow::as_select())
                .into_boxed();
            if unseen {
                query = query.filter(mentions::seen_at.is_null());
            }
            query.load(c).await
        })?;
        let ids: Vec<i64> = rows.iter().map(|row| row.message_id).collect();
        let notes = message::load(&mut conn, self.org(), &ids).await?;
        let mut notes: HashMap<i64, Message> =
            notes.into_iter().map(|note| (note.id.0, note)).collect();
        let threads: Vec<i64> = rows.iter().map(|row| row.conversation_id).collect();
        let threads = conversation::load(&mut conn, self.org(), &threads).await?;
        let contacts: HashMap<i64, ContactBrief> = threads
            .into_iter()
            .map(|thread| (thread.id.0, thread.contact))
            .collect();
        let mentions = rows.into_iter().filter_map(|row| {
            // A note that is kept no longer calls nobody.
            Some(Mention {
                message: notes.remove(&row.message_id)?,
                contact: contacts.get(&row.conversation_id)?.clone(),
                seen_at: field::instant_opt(row.seen_at),
            })
        });
        Ok(mentions.collect())
    }

    /// `user` looked at a conversation: no note in it calls them any more.
    pub async fn see_mentions(
        &self,
        user: UserId,
        conversation: ConversationId,
    ) -> Result<(), StoreError> {
        let waiting = {
            let mut conn = self.db().read().await?;
            let first: Option<i64> = with_conn!(&mut conn, |c| mentions::table
                .filter(mentions::user_id.eq(user.0))
                .filter(mentions::conversation_id.eq(conversation.0))
                .filter(mentions::seen_at.is_null())
                .select(mentions::message_id)
                .first(c)
                .await
                .optional())?;
            first.is_some()
        };
        // Nearly always nothing waits, and then nothing is written.
        if !waiting {
            return Ok(());
        }
        crate::in_tx!(self.db(), |conn| {
            with_conn!(conn, |c| diesel::update(
                mentions::table
                    .filter(mentions::organization_id.eq(self.org()))
                    .filter(mentions::user_id.eq(user.0))
                    .filter(mentions::conversation_id.eq(conversation.0))
                    .filter(mentions::seen_at.is_null())
            )
            .set(mentions::seen_at.eq(Some(Timestamp::now().naive())))
            .execute(c)
            .await)?;
            Ok(())
        })
    }
}
