//! Messages that are kept no longer, if they are not kept for ever: first their files go, then they. Contacts and
//! conversations stay.

use std::collections::HashSet;
use std::time::Duration;

use actors::id;
use actors::model::ids::{MediaId, MessageId};
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::db::Conn;
use super::schema::{media, mentions, messages, stars};
use super::{Store, partition};
use crate::{in_tx, with_conn};

/// Messages that are deleted at a time: short transactions, because SQLite has one writer.
const PAGE: i64 = 1000;
/// Files that are told of at a time.
const FILES: i64 = 200;

/// A file of a message that goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpentFile {
    pub id: MediaId,
    /// Where it lies in the object store; None if no other row may lose it.
    pub object_key: Option<String>,
}

impl Store {
    /// The border of the messages that go when they are kept for `kept`: those with smaller ids. On PostgreSQL whole
    /// partitions go; only what is older than all but the first one goes to the day.
    pub async fn spent_messages(
        &self,
        kept: Duration,
        now: Timestamp,
    ) -> Result<MessageId, StoreError> {
        let oldest = now - kept;
        let border = match &mut self.db().read().await? {
            Conn::Sqlite(_) => oldest,
            Conn::Postgres(object) => {
                let (spent, past) = partition::spent(object, &partition::MESSAGES, oldest).await?;
                spent.unwrap_or_else(|| past.min(oldest))
            }
        };
        Ok(MessageId(id::floor_at(border)))
    }

    /// Some files of messages before `border`; none when all are forgotten.
    pub async fn spent_files(&self, border: MessageId) -> Result<Vec<SpentFile>, StoreError> {
        let mut conn = self.db().read().await?;
        let found: Vec<(i64, Option<String>)> = with_conn!(&mut conn, |c| media::table
            .filter(media::message_id.lt(border.0))
            .order((media::message_id, media::id))
            .limit(FILES)
            .select((media::id, media::object_key))
            .load(c)
            .await)?;
        let keys: Vec<&str> = found.iter().filter_map(|(_, key)| key.as_deref()).collect();
        if keys.is_empty() {
            return Ok(found.into_iter().map(SpentFile::lost).collect());
        }
        // A file that was sent again belongs to several messages.
        let shared: Vec<Option<String>> = with_conn!(&mut conn, |c| media::table
            .filter(media::object_key.eq_any(&keys))
            .filter(
                media::message_id
                    .is_null()
                    .or(media::message_id.ge(border.0))
            )
            .select(media::object_key)
            .load(c)
            .await)?;
        let shared: HashSet<String> = shared.into_iter().flatten().collect();
        let files = found.into_iter().map(|(id, key)| SpentFile {
            id: MediaId(id),
            object_key: key.filter(|key| !shared.contains(key)),
        });
        Ok(files.collect())
    }

    /// Forgets files whose objects are gone.
    pub async fn forget_files(&self, files: &[SpentFile]) -> Result<(), StoreError> {
        let ids: Vec<i64> = files.iter().map(|file| file.id.0).collect();
        in_tx!(self.db(), |conn| {
            with_conn!(conn, |c| diesel::delete(
                media::table.filter(media::id.eq_any(&ids))
            )
            .execute(c)
            .await)
        })?;
        Ok(())
    }

    /// Removes the messages before `border`, whose files are gone, and what they are found by.
    pub async fn drop_messages(&self, border: MessageId) -> Result<(), StoreError> {
        self.drop_rows(border).await?;
        self.forget_marks(border).await?;
        self.forget_words(border).await
    }

    /// Calls and stars of messages that are gone: a page of them must not end where these stood.
    async fn forget_marks(&self, border: MessageId) -> Result<(), StoreError> {
        in_tx!(self.db(), |conn| {
            with_conn!(conn, |c| diesel::delete(
                stars::table.filter(stars::message_id.lt(border.0))
            )
            .execute(c)
            .await)?;
            with_conn!(conn, |c| diesel::delete(
                mentions::table.filter(mentions::message_id.lt(border.0))
            )
            .execute(c)
            .await)?;
            Ok(())
        })
    }

    async fn drop_rows(&self, border: MessageId) -> Result<(), StoreError> {
        if let Conn::Postgres(object) = &mut self.db().read().await? {
            let oldest = id::instant_of(border.0);
            let (spent, _) = partition::spent(object, &partition::MESSAGES, oldest).await?;
            if let Some(end) = spent {
                let count = partition::drop_until(object, &partition::MESSAGES, end).await?;
                tracing::info!(count, "partitions of old messages were dropped");
                return Ok(());
            }
        }
        while self.cut_messages(border).await? {}
        Ok(())
    }

    /// Deletes a page of messages; tells whether there may be more.
    async fn cut_messages(&self, border: MessageId) -> Result<bool, StoreError> {
        in_tx!(self.db(), |conn| {
            let page: Vec<i64> = with_conn!(conn, |c| messages::table
                .filter(messages::id.lt(border.0))
                .order(messages::id)
                .limit(PAGE)
                .select(messages::id)
                .load(c)
                .await)?;
            let Some(last) = page.last() else {
                return Ok(false);
            };
            with_conn!(conn, |c| diesel::delete(
                messages::table.filter(messages::id.le(*last))
            )
            .execute(c)
            .await)?;
            Ok(i64::try_from(page.len()).unwrap_or(PAGE) == PAGE)
        })
    }
}

impl SpentFile {
    fn lost((id, _): (i64, Option<String>)) -> Self {
        Self {
            id: MediaId(id),
            object_key: None,
        }
    }
}
