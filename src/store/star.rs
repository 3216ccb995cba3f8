//! Messages that somebody keeps at hand.

use std::collections::HashMap;

use actors::model::contact::ContactBrief;
use actors::model::ids::{ConversationId, MessageId, UserId};
use actors::model::message::Message;
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::Serialize;

use super::schema::stars;
use super::{Tenant, conversation, field, message};
use crate::{in_tx, with_conn};

/// Stars of one person.
const MOST: i64 = 1000;

/// A message that somebody keeps at hand.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = StarredMessage)]
pub struct Starred {
    pub message: Message,
    /// Whom the conversation is with.
    pub contact: ContactBrief,
    pub starred_at: Timestamp,
}

/// What came of a star.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Starring {
    Changed(ConversationId),
    /// It was so already.
    Unchanged,
    /// There are as many as there may be.
    Full,
}

/// A star as it lies in the database.
#[derive(Queryable, Selectable)]
#[diesel(table_name = stars)]
struct StarRow {
    message_id: i64,
    conversation_id: i64,
    created_at: NaiveDateTime,
}

impl Tenant {
    /// What `user` keeps at hand, of one conversation or of all, the newest star first, after the star of this time and
    /// message. A message that is kept no longer is left out.
    pub async fn list_stars(
        &self,
        user: UserId,
        within: Option<ConversationId>,
        after: Option<(Timestamp, MessageId)>,
        limit: i64,
    ) -> Result<Vec<Starred>, StoreError> {
        let mut conn = self.db().read().await?;
        let rows: Vec<StarRow> = with_conn!(&mut conn, |c| {
            let mut query = stars::table
                .filter(stars::organization_id.eq(self.org()))
                .filter(stars::user_id.eq(user.0))
                .order((stars::created_at.desc(), stars::message_id.desc()))
                .limit(limit)
                .select(StarRow::as_select())
                .into_boxed();
            if let Some(id) = within {
                query = query.filter(stars::conversation_id.eq(id.0));
            }
            if let Some((at, id)) = after {
                let at = at.naive();
                let here = stars::created_at.eq(at).and(stars::message_id.lt(id.0));
                query = query.filter(stars::created_at.lt(at).or(here));
            }
            query.load(c).await
        })?;
        let ids: Vec<i64> = rows.iter().map(|row| row.message_id).collect();
        let found = message::load(&mut conn, self.org(), &ids).await?;
        let mut found: HashMap<i64, Message> = found
            .into_iter()
            .map(|message| (message.id.0, message))
            .collect();
        let threads: Vec<i64> = rows.iter().map(|row| row.conversation_id).collect();
        let contacts = conversation::contacts_of(&mut conn, self.org(), &threads).await?;
        let starred = rows.into_iter().filter_map(|row| {
            Some(Starred {
                message: found.remove(&row.message_id)?,
                contact: contacts.get(&row.conversation_id)?.clone(),
                starred_at: field::instant(row.created_at),
            })
        });
        Ok(starred.collect())
    }

    /// `user` keeps a message at hand.
    pub async fn star(&self, user: UserId, id: MessageId) -> Result<Starring, StoreError> {
        let message = self.find_message(id).await?;
        in_tx!(self.db(), |conn| {
            let mine = stars::table
                .filter(stars::organization_id.eq(self.org()))
                .filter(stars::user_id.eq(user.0));
            let count: i64 = with_conn!(conn, |c| mine.count().get_result(c).await)?;
            let row = (
                stars::user_id.eq(user.0),
                stars::message_id.eq(id.0),
                stars::organization_id.eq(self.org()),
                stars::conversation_id.eq(message.conversation_id.0),
                stars::created_at.eq(Timestamp::now().naive()),
            );
            if count >= MOST {
                let known: i64 = with_conn!(conn, |c| mine
                    .filter(stars::message_id.eq(id.0))
                    .count()
                    .get_result(c)
                    .await)?;
                return Ok(match known {
                    0 => Starring::Full,
                    _ => Starring::Unchanged,
                });
            }
            let made = with_conn!(conn, |c| diesel::insert_into(stars::table)
                .values(row)
                .on_conflict_do_nothing()
                .execute(c)
                .await)?;
            Ok(match made {
                0 => Starring::Unchanged,
                _ => Starring::Changed(message.conversation_id),
            })
        })
    }

    /// `user` keeps a message at hand no longer. One that is kept no longer by the hub may go as well.
    pub async fn unstar(&self, user: UserId, id: MessageId) -> Result<Starring, StoreError> {
        in_tx!(self.db(), |conn| {
            let gone: Option<i64> = with_conn!(conn, |c| diesel::delete(
                stars::table
                    .filter(stars::organization_id.eq(self.org()))
                    .filter(stars::user_id.eq(user.0))
                    .filter(stars::message_id.eq(id.0))
            )
            .returning(stars::conversation_id)
            .get_result(c)
            .await
            .optional())?;
            Ok(gone.map_or(Starring::Unchanged, |id| {
                Starring::Changed(ConversationId(id))
            }))
        })
    }
}
