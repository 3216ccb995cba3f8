//! Files of messages: what is known about them. Their bytes lie in the object store.

use actors::event::Event;
use actors::model::ids::{MediaId, MessageId, SessionId};
use actors::model::message::{Media, MediaState};
use actors::model::user::Actor;
use actors::ports::store::{Receipt, StoreError};
use actors::time::Timestamp;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::message::MediaRow;
use super::schema::{media, sessions};
use super::{Tenant, attempt, audit, field};
use crate::{in_tx, insert_all, with_conn};

/// A file and where it lies.
#[derive(Clone, Debug)]
pub struct StoredMedia {
    pub media: Media,
    pub session: SessionId,
    pub message: Option<MessageId>,
    /// In the object store, once it is there.
    pub object_key: Option<String>,
    /// Inbound: where to fetch it; outbound: where the provider keeps it.
    pub provider_media_id: Option<String>,
    /// When the provider got it from us.
    pub provider_uploaded_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

/// A file that was uploaded to be sent.
#[derive(Clone, Debug)]
pub struct Upload {
    pub session: SessionId,
    pub mime_type: String,
    pub filename: Option<String>,
    pub size: u64,
    pub sha256: String,
    pub animated: bool,
    pub object_key: String,
}

/// What became of a file that was fetched from the provider.
#[derive(Clone, Debug)]
pub enum Fetched {
    Stored {
        object_key: String,
        size: u64,
        sha256: String,
    },
    /// The provider would not give it, and why.
    Failed(String),
    /// The provider keeps files for seven days only.
    Expired,
}

impl Tenant {
    /// Notes a file that `by` uploaded for a number of this organization.
    pub async fn add_media(&self, by: &Actor, upload: Upload) -> Result<Media, StoreError> {
        let row = MediaRow {
            id: self.store().next_id(),
            organization_id: self.org(),
            session_id: upload.session.0,
            message_id: None,
            provider_media_id: None,
            provider_uploaded_at: None,
            mime_type: upload.mime_type,
            filename: upload.filename,
            size: i64::try_from(upload.size).ok(),
            sha256: Some(upload.sha256),
            state: MediaState::Stored.as_str().to_owned(),
            voice: false,
            animated: upload.animated,
            error: None,
            object_key: Some(upload.object_key),
            created_at: Timestamp::now().naive(),
        };
        let view = row.view()?;
        in_tx!(self.db(), |conn| {
            let _: i64 = with_conn!(conn, |c| sessions::table
                .filter(sessions::organization_id.eq(self.org()))
                .filter(sessions::id.eq(upload.session.0))
                .filter(sessions::hidden_at.is_null())
                .select(sessions::id)
                .first(c)
                .await)?;
            let details = json!({ "mime_type": row.mime_type, "size": row.size });
            insert_all!(conn, media::table, vec![row])?;
            let subject = view.id.to_string();
            audit::record(conn, self.store(), by, "media.uploaded", &subject, &details).await?;
            Ok(view)
        })
    }

    /// One file.
    pub async fn find_media(&self, id: MediaId) -> Result<StoredMedia, StoreError> {
        let mut conn = self.db().read().await?;
        let row: MediaRow = with_conn!(&mut conn, |c| media::table
            .filter(media::organization_id.eq(self.org()))
            .filter(media::id.eq(id.0))
            .select(MediaRow::as_select())
            .first(c)
            .await)?;
        Ok(StoredMedia {
            media: row.view()?,
            session: SessionId(row.session_id),
            message: row.message_id.map(MessageId),
            object_key: row.object_key,
            provider_media_id: row.provider_media_id,
            provider_uploaded_at: field::instant_opt(row.provider_uploaded_at),
            created_at: field::instant(row.created_at),
        })
    }

    /// Notes under which id the provider keeps a file of ours.
    pub async fn note_uploaded(
        &self,
        id: MediaId,
        provider_media_id: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        in_tx!(self.db(), |conn| {
            with_conn!(conn, |c| diesel::update(
                media::table
                    .filter(media::organization_id.eq(self.org()))
                    .filter(media::id.eq(id.0))
            )
            .set((
                media::provider_media_id.eq(Some(provider_media_id)),
                media::provider_uploaded_at.eq(Some(at.naive())),
            ))
            .execute(c)
            .await)?;
            Ok(())
        })
    }

    /// Records how fetching a file ended, and tells of its message; a file that is stored already stays.
    pub async fn settle_media(&self, id: MediaId, end: Fetched) -> Result<Receipt, StoreError> {
        in_tx!(self.db(), |conn| {
            let row: MediaRow = with_conn!(conn, |c| media::table
                .filter(media::organization_id.eq(self.org()))
                .filter(media::id.eq(id.0))
                .select(MediaRow::as_select())
                .first(c)
                .await)?;
            if row.state == MediaState::Stored.as_str() {
                return Ok(Receipt::default());
            }
            let (state, error, object) = match end {
                Fetched::Stored {
                    object_key,
                    size,
                    sha256,
                } => (MediaState::Stored, None, Some((object_key, size, sha256))),
                Fetched::Failed(why) => (MediaState::Failed, Some(why), None),
                Fetched::Expired => (MediaState::Expired, None, None),
            };
            let (object_key, size, sha256) = match object {
                Some((key, size, sha256)) => (Some(key), i64::try_from(size).ok(), Some(sha256)),
                None => (row.object_key, row.size, row.sha256),
            };
            with_conn!(conn, |c| diesel::update(media::table.find(row.id))
                .set((
                    media::state.eq(state.as_str()),
                    media::error.eq(error),
                    media::object_key.eq(object_key),
                    media::size.eq(size),
                    media::sha256.eq(sha256),
                ))
                .execute(c)
                .await)?;
            let envelopes = match row.message_id {
                Some(message) => {
                    // Before the organization's numbers are taken, as everywhere: else two wait for each other.
                    attempt::lock_message(conn, message).await?;
                    vec![attempt::tell(conn, self.org(), message, Event::MessageUpdated).await?]
                }
                None => Vec::new(),
            };
            Ok(Receipt {
                envelopes,
                jobs: false,
            })
        })
    }
}
