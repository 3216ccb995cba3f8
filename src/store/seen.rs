//! What each person has seen of conversations. What the contact said last is *unseen* by somebody who marked the conversation
//! as unread; or whose mark lies before it, or who has none, while the contact still waits for an answer. Without a mark it is
//! also unseen while nobody at all looked, answered or not.

use std::collections::HashMap;
use std::time::Duration;

use actors::model::ids::{ConversationId, MessageId, UserId};
use actors::model::own::Seen;
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::db::Conn;
use super::schema::seen;
use super::{Store, Tenant, conversation};
use crate::{in_tx, with_conn};

/// How long a mark is kept that does not move.
const LIFE: Duration = Duration::from_secs(180 * 24 * 60 * 60);

/// A mark as it lies in the database.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = seen)]
struct SeenRow {
    conversation_id: i64,
    message_id: i64,
    unread: bool,
}

impl SeenRow {
    fn view(&self) -> Seen {
        Seen {
            conversation_id: ConversationId(self.conversation_id),
            message_id: Some(MessageId(self.message_id)).filter(|id| id.0 > 0),
            unread: self.unread,
        }
    }
}

impl Tenant {
    /// What `user` has seen of these conversations, as far as they have marks.
    pub async fn seen_of(
        &self,
        user: UserId,
        conversations: &[ConversationId],
    ) -> Result<HashMap<ConversationId, Seen>, StoreError> {
        if conversations.is_empty() {
            return Ok(HashMap::new());
        }
        let ids: Vec<i64> = conversations.iter().map(|id| id.0).collect();
        let mut conn = self.db().read().await?;
        let rows: Vec<SeenRow> = with_conn!(&mut conn, |c| seen::table
            .filter(seen::organization_id.eq(self.org()))
            .filter(seen::user_id.eq(user.0))
            .filter(seen::conversation_id.eq_any(&ids))
            .select(SeenRow::as_select())
            .load(c)
            .await)?;
        let marks = rows.iter().map(SeenRow::view);
        Ok(marks.map(|mark| (mark.conversation_id, mark)).collect())
    }

    /// `user` has seen a conversation up to its last message, or wants it `unread`. Also tells whether that was new.
    pub async fn mark_seen(
        &self,
        user: UserId,
        id: ConversationId,
        unread: bool,
    ) -> Result<(Seen, bool), StoreError> {
        // Mostly it stands there already, and then nothing is written.
        let (before, wanted) = {
            let mut conn = self.db().read().await?;
            self.mark_wanted(&mut conn, user, id, unread).await?
        };
        if before.as_ref() == Some(&wanted) {
            return Ok((wanted.view(), false));
        }
        in_tx!(self.db(), |conn| {
            let (before, wanted) = self.mark_wanted(conn, user, id, unread).await?;
            let columns = (
                seen::message_id.eq(wanted.message_id),
                seen::unread.eq(wanted.unread),
                seen::updated_at.eq(Timestamp::now().naive()),
            );
            let whose = (
                seen::user_id.eq(user.0),
                seen::conversation_id.eq(id.0),
                seen::organization_id.eq(self.org()),
            );
            with_conn!(conn, |c| diesel::insert_into(seen::table)
                .values((whose, columns))
                .on_conflict((seen::user_id, seen::conversation_id))
                .do_update()
                .set(columns)
                .execute(c)
                .await)?;
            Ok((wanted.view(), before.as_ref() != Some(&wanted)))
        })
    }

    /// The mark that is there, and the one that is wanted.
    async fn mark_wanted(
        &self,
        conn: &mut Conn,
        user: UserId,
        id: ConversationId,
        unread: bool,
    ) -> Result<(Option<SeenRow>, SeenRow), StoreError> {
        let last = conversation::last_message(conn, self.org(), id).await?;
        let before: Option<SeenRow> = with_conn!(conn, |c| seen::table
            .filter(seen::organization_id.eq(self.org()))
            .filter(seen::user_id.eq(user.0))
            .filter(seen::conversation_id.eq(id.0))
            .select(SeenRow::as_select())
            .first(c)
            .await
            .optional())?;
        let known = before.as_ref().map_or(0, |row| row.message_id);
        let wanted = SeenRow {
            conversation_id: id.0,
            message_id: match unread {
                true => known,
                false => last.unwrap_or(0).max(known),
            },
            unread,
        };
        Ok((before, wanted))
    }
}

impl Store {
    /// Removes marks that did not move for long; tells how many went.
    pub(super) async fn sweep_seen(&self, now: Timestamp) -> Result<usize, StoreError> {
        let old = (now - LIFE).naive();
        in_tx!(self.db(), |conn| {
            with_conn!(conn, |c| diesel::delete(
                seen::table.filter(seen::updated_at.lt(old))
            )
            .execute(c)
            .await)
        })
    }
}
