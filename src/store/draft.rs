//! Drafts: what somebody began to write and did not send yet. Of one that was emptied its revision stays for a day, so
//! that none of its writer's devices takes something older for newer.

use std::time::Duration;

use actors::model::draft::KeptDraft;
use actors::model::ids::{ConversationId, MessageId, UserId};
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::db::Conn;
use super::schema::{drafts, users};
use super::{Store, Tenant, conversation, field};
use crate::{in_tx, lock_first, with_conn};

/// Drafts of one person; the oldest falls out.
const MOST: i64 = 200;
/// How long a draft is kept that nobody goes on with.
const LIFE: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// How long the revision of an emptied one is.
const EMPTY_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// What is to be kept.
#[derive(Clone, Debug, Default)]
pub struct NewDraft {
    pub text: String,
    pub note_text: String,
    pub mentions: Vec<UserId>,
    pub is_note: bool,
    pub reply_to: Option<MessageId>,
    /// The revision that the writer knows; the new one is higher.
    pub base: i64,
}

impl NewDraft {
    /// Whether there is nothing to be kept.
    fn is_empty(&self) -> bool {
        self.text.is_empty()
            && self.note_text.is_empty()
            && !self.is_note
            && self.reply_to.is_none()
    }
}

/// As it lies in the database.
#[derive(Queryable, Selectable)]
#[diesel(table_name = drafts)]
struct DraftRow {
    conversation_id: i64,
    text: String,
    note_text: String,
    mentions: String,
    is_note: bool,
    reply_to: Option<i64>,
    revision: i64,
    updated_at: NaiveDateTime,
}

impl DraftRow {
    fn view(self) -> Result<KeptDraft, StoreError> {
        let mentions: Vec<i64> = field::read(&self.mentions)?;
        Ok(KeptDraft {
            conversation_id: ConversationId(self.conversation_id),
            text: self.text,
            note_text: self.note_text,
            mentions: mentions.into_iter().map(UserId).collect(),
            is_note: self.is_note,
            reply_to: self.reply_to.map(MessageId),
            updated_at: field::instant(self.updated_at),
            revision: self.revision,
        })
    }
}

impl Tenant {
    /// What `user` began to write, newest first, after the draft of this time and conversation.
    pub async fn list_drafts(
        &self,
        user: UserId,
        after: Option<(Timestamp, ConversationId)>,
        limit: i64,
    ) -> Result<Vec<KeptDraft>, StoreError> {
        let mut conn = self.db().read().await?;
        let rows: Vec<DraftRow> = with_conn!(&mut conn, |c| {
            let mut query = drafts::table
                .filter(drafts::organization_id.eq(self.org()))
                .filter(drafts::user_id.eq(user.0))
                .filter(drafts::is_empty.eq(false))
                .order((drafts::updated_at.desc(), drafts::conversation_id.desc()))
                .limit(limit)
                .select(DraftRow::as_select())
                .into_boxed();
            if let Some((at, id)) = after {
                let at = at.naive();
                let here = drafts::updated_at
                    .eq(at)
                    .and(drafts::conversation_id.lt(id.0));
                query = query.filter(drafts::updated_at.lt(at).or(here));
            }
            query.load(c).await
        })?;
        rows.into_iter().map(DraftRow::view).collect()
    }

    /// Keeps what `user` began to write in a conversation, instead of what was there before.
    pub async fn keep_draft(
        &self,
        user: UserId,
        conversation: ConversationId,
        new: &NewDraft,
    ) -> Result<KeptDraft, StoreError> {
        let mentions: Vec<i64> = new.mentions.iter().map(|user| user.0).collect();
        let mentions = field::write(&mentions)?;
        in_tx!(self.db(), |conn| {
            conversation::check(conn, self.org(), conversation).await?;
            let columns = (
                drafts::text.eq(&new.text),
                drafts::note_text.eq(&new.note_text),
                drafts::mentions.eq(&mentions),
                drafts::is_note.eq(new.is_note),
                drafts::reply_to.eq(new.reply_to.map(|id| id.0)),
                drafts::is_empty.eq(new.is_empty()),
                drafts::updated_at.eq(Timestamp::now().naive()),
            );
            let whose = (
                drafts::user_id.eq(user.0),
                drafts::conversation_id.eq(conversation.0),
                drafts::organization_id.eq(self.org()),
                drafts::revision.eq(new.base + 1),
            );
            let row: DraftRow = with_conn!(conn, |c| diesel::insert_into(drafts::table)
                .values((columns, whose))
                .on_conflict((drafts::user_id, drafts::conversation_id))
                .do_update()
                .set((columns, drafts::revision.eq(drafts::revision + 1)))
                .returning(DraftRow::as_returning())
                .get_result(c)
                .await)?;
            let mut draft = row.view()?;
            if draft.revision <= new.base {
                draft.revision = new.base + 1;
                self.raise_revision(conn, user, &draft).await?;
            }
            self.cut_drafts(conn, user, new.is_empty()).await?;
            Ok(draft)
        })
    }

    /// Throws away what `user` began to write in a conversation; None when nothing was there.
    pub async fn drop_draft(
        &self,
        user: UserId,
        conversation: ConversationId,
    ) -> Result<Option<KeptDraft>, StoreError> {
        in_tx!(self.db(), |conn| {
            conversation::check(conn, self.org(), conversation).await?;
            let row: Option<DraftRow> = with_conn!(conn, |c| diesel::update(
                drafts::table
                    .filter(drafts::organization_id.eq(self.org()))
                    .filter(drafts::user_id.eq(user.0))
                    .filter(drafts::conversation_id.eq(conversation.0))
                    .filter(drafts::is_empty.eq(false))
            )
            .set((
                drafts::text.eq(""),
                drafts::note_text.eq(""),
                drafts::mentions.eq("[]"),
                drafts::is_note.eq(false),
                drafts::reply_to.eq(None::<i64>),
                drafts::is_empty.eq(true),
                drafts::revision.eq(drafts::revision + 1),
                drafts::updated_at.eq(Timestamp::now().naive()),
            ))
            .returning(DraftRow::as_returning())
            .get_result(c)
            .await
            .optional())?;
            row.map(DraftRow::view).transpose()
        })
    }

    /// What was kept had been swept, or its writer saw it on another day: the new one must not look older.
    async fn raise_revision(
        &self,
        conn: &mut Conn,
        user: UserId,
        draft: &KeptDraft,
    ) -> Result<(), StoreError> {
        with_conn!(conn, |c| diesel::update(
            drafts::table
                .filter(drafts::organization_id.eq(self.org()))
                .filter(drafts::user_id.eq(user.0))
                .filter(drafts::conversation_id.eq(draft.conversation_id.0))
        )
        .set(drafts::revision.eq(draft.revision))
        .execute(c)
        .await)?;
        Ok(())
    }

    /// Forgets the oldest when there are too many: of those with something in them, or of the emptied ones.
    async fn cut_drafts(
        &self,
        conn: &mut Conn,
        user: UserId,
        empty: bool,
    ) -> Result<(), StoreError> {
        let theirs = drafts::table
            .filter(drafts::organization_id.eq(self.org()))
            .filter(drafts::user_id.eq(user.0))
            .filter(drafts::is_empty.eq(empty));
        let count: i64 = with_conn!(conn, |c| theirs.count().get_result(c).await)?;
        if count <= MOST {
            return Ok(());
        }
        // One at a time from here on: two that count the same would both forget.
        let _: Option<i64> = lock_first!(
            conn,
            users::table
                .filter(users::organization_id.eq(self.org()))
                .filter(users::id.eq(user.0))
                .select(users::id)
        )?;
        let count: i64 = with_conn!(conn, |c| theirs.count().get_result(c).await)?;
        if count <= MOST {
            return Ok(());
        }
        let oldest: Vec<i64> = with_conn!(conn, |c| theirs
            .order((drafts::updated_at.asc(), drafts::conversation_id.asc()))
            .limit(count - MOST)
            .select(drafts::conversation_id)
            .load(c)
            .await)?;
        with_conn!(conn, |c| diesel::delete(
            drafts::table
                .filter(drafts::organization_id.eq(self.org()))
                .filter(drafts::user_id.eq(user.0))
                .filter(drafts::conversation_id.eq_any(&oldest))
        )
        .execute(c)
        .await)?;
        Ok(())
    }
}

impl Store {
    /// Removes drafts that nobody goes on with; tells how many went.
    pub(super) async fn sweep_drafts(&self, now: Timestamp) -> Result<usize, StoreError> {
        let (old, emptied) = ((now - LIFE).naive(), (now - EMPTY_LIFE).naive());
        let spent = drafts::updated_at.lt(old);
        let emptied = drafts::updated_at
            .lt(emptied)
            .and(drafts::is_empty.eq(true));
        in_tx!(self.db(), |conn| {
            with_conn!(conn, |c| diesel::delete(
                drafts::table.filter(spent.or(emptied))
            )
            .execute(c)
            .await)
        })
    }
}
