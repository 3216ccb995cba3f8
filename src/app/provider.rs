//! The way to WhatsApp for the actors: looks credentials and files up in the store and hands them to the
//! Cloud API's client.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use actors::figure;
use actors::model::ids::{MediaId, SessionId};
use actors::model::outbound::Parcel;
use actors::ports::provider::{Provider, ProviderError};
use actors::time::Timestamp;
use async_trait::async_trait;
use tokio::sync::Semaphore;

use super::objects::Objects;
use crate::store::{Store, StoredMedia, Vault};
use crate::whatsapp::client::{Client, Credentials, MAX_MEDIA};
use crate::whatsapp::outbound;

/// The provider keeps an uploaded file for 30 days; a day less is sure.
const UPLOAD_LIFE: Duration = Duration::from_secs(29 * 24 * 60 * 60);

/// MiB of small and of large files that are in memory at a time, to be uploaded.
const UPLOADING_MIB: [u32; 2] = [64, 256];
/// A small file has at most so many: pictures must not wait for films.
const SMALL_MIB: u32 = 5;
/// How long all that has to be there before the message itself is sent may take: its files, with the waiting for their turn.
const PREPARING: Duration = Duration::from_secs(35);

/// Speaks to the Cloud API for all numbers.
pub struct CloudProvider {
    pub store: Store,
    pub vault: Vault,
    pub objects: Objects,
    pub client: Client,
    /// Room for small and for large files.
    uploading: [Semaphore; 2],
}

impl CloudProvider {
    /// The way to the Cloud API.
    pub const fn new(store: Store, vault: Vault, objects: Objects, client: Client) -> Self {
        Self {
            store,
            vault,
            objects,
            client,
            uploading: [
                Semaphore::const_new(UPLOADING_MIB[0] as usize),
                Semaphore::const_new(UPLOADING_MIB[1] as usize),
            ],
        }
    }

    /// The credentials of a number as the client takes them.
    pub async fn credentials(&self, session: SessionId) -> Result<Credentials, ProviderError> {
        let found = self.vault.credentials(session).await;
        let found = found.map_err(|error| ProviderError::Unreachable(error.to_string()))?;
        let known = found.ok_or_else(|| {
            ProviderError::Unfit("The number is not connected any more".to_owned())
        })?;
        Ok(Credentials {
            phone_number_id: known.phone_number_id.clone(),
            business_account_id: known.business_account_id.clone(),
            access_token: known.access_token.clone(),
        })
    }

    /// The provider's id of one of our files, uploading it when the provider does not have it (any more).
    async fn provider_media(
        &self,
        credentials: &Credentials,
        parcel: &Parcel,
        id: MediaId,
    ) -> Result<String, ProviderError> {
        let file = self.file(parcel, id).await?;
        if let Some(known) = known_upload(&file) {
            return Ok(known);
        }
        // Of an unknown size: as much as may be read.
        let size = file.media.size.and_then(|size| u64::try_from(size).ok());
        let mib = size.unwrap_or(MAX_MEDIA).div_ceil(1 << 20);
        let mib = u32::try_from(mib).unwrap_or(u32::MAX);
        let class = usize::from(mib > SMALL_MIB);
        let permits = mib.min(UPLOADING_MIB[class]);
        // Never closed.
        let _room = self.uploading[class].acquire_many(permits).await.ok();
        // Somebody may have uploaded it meanwhile.
        let file = self.file(parcel, id).await?;
        if let Some(known) = known_upload(&file) {
            return Ok(known);
        }
        let uploaded = self.upload(credentials, &file).await?;
        let tenant = self.store.tenant(parcel.organization);
        if let Err(error) = tenant.note_uploaded(id, &uploaded, Timestamp::now()).await {
            // It is uploaded once more next time.
            tracing::warn!(media = %id, %error, "the provider's id of a file was not noted");
        }
        Ok(uploaded)
    }

    async fn file(&self, parcel: &Parcel, id: MediaId) -> Result<StoredMedia, ProviderError> {
        let tenant = self.store.tenant(parcel.organization);
        tenant.find_media(id).await.map_err(|error| match error {
            actors::ports::store::StoreError::NotFound => {
                ProviderError::Unfit("The file is not here any more".to_owned())
            }
            error => ProviderError::Unreachable(error.to_string()),
        })
    }

    /// What has to be there before a message is sent: credentials, and its files at the provider.
    async fn prepare(
        &self,
        parcel: &Parcel,
    ) -> Result<(Credentials, HashMap<MediaId, String>), ProviderError> {
        let credentials = self.credentials(parcel.session).await?;
        let mut files = HashMap::new();
        for id in outbound::media(parcel)? {
            files.insert(id, self.provider_media(&credentials, parcel, id).await?);
        }
        Ok((credentials, files))
    }

    async fn upload(
        &self,
        credentials: &Credentials,
        file: &StoredMedia,
    ) -> Result<String, ProviderError> {
        let key = file
            .object_key
            .as_deref()
            .ok_or_else(|| ProviderError::Unfit("The file is not stored yet".to_owned()))?;
        let bytes = self.objects.read_all(key, MAX_MEDIA).await;
        let bytes = bytes.map_err(|error| match error {
            super::objects::ObjectError::NotFound => {
                ProviderError::Unfit("The file is not here any more".to_owned())
            }
            error => ProviderError::Unreachable(error.to_string()),
        })?;
        let (mime_type, filename) = (&file.media.mime_type, file.media.filename.as_deref());
        let upload = self
            .client
            .upload_media(credentials, mime_type, filename, bytes);
        let uploaded = counted("upload", upload).await;
        // The message itself has not gone out: an upload in doubt may be repeated.
        uploaded.map_err(|error| match error {
            ProviderError::Unclear(why) => ProviderError::Unreachable(why),
            error => error,
        })
    }
}

#[async_trait]
impl Provider for CloudProvider {
    async fn send(&self, parcel: &Parcel) -> Result<String, ProviderError> {
        let prepared = tokio::time::timeout(PREPARING, self.prepare(parcel)).await;
        // Nothing but files can have gone out.
        let (credentials, files) = prepared.unwrap_or_else(|_| {
            let why = "its files took too long".to_owned();
            Err(ProviderError::Unreachable(why))
        })?;
        let send = self
            .client
            .send(&credentials, parcel, |id| files.get(&id).cloned());
        counted("send", send).await
    }

    async fn mark_read(
        &self,
        session: SessionId,
        provider_id: &str,
        typing: bool,
    ) -> Result<(), ProviderError> {
        let credentials = self.credentials(session).await?;
        let mark = self.client.mark_read(&credentials, provider_id, typing);
        counted("mark_read", mark).await
    }
}

/// What the provider calls a file that it has and keeps for long enough.
fn known_upload(file: &StoredMedia) -> Option<String> {
    let at = file.provider_uploaded_at?;
    let is_fresh = Timestamp::now().since(at) < UPLOAD_LIFE;
    file.provider_media_id.clone().filter(|_| is_fresh)
}

/// Makes a call, and counts how it ended and how long it took.
pub async fn counted<T>(
    call: &'static str,
    calling: impl Future<Output = Result<T, ProviderError>>,
) -> Result<T, ProviderError> {
    let started = Instant::now();
    let result = calling.await;
    metrics::histogram!(figure::PROVIDER_CALL_SECONDS, "call" => call)
        .record(started.elapsed().as_secs_f64());
    metrics::counter!(figure::PROVIDER_CALLS_TOTAL, "call" => call, "end" => end_of(&result))
        .increment(1);
    result
}

/// How a call ended, for metrics.
fn end_of<T>(result: &Result<T, ProviderError>) -> String {
    match result {
        Ok(_) => "ok".to_owned(),
        Err(ProviderError::Rejected(fault)) => fault.code.to_string(),
        Err(ProviderError::Unreachable(_)) => "unreachable".to_owned(),
        Err(ProviderError::Unclear(_)) => "unclear".to_owned(),
        Err(ProviderError::Unfit(_)) => "unfit".to_owned(),
    }
}
