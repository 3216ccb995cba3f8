//! Where the bytes of media lie: a local folder or an S3-compatible bucket. Keys are random; names that people
//! gave are data in the database and never part of a path (SECURITY row 32).

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use actors::model::ids::OrganizationId;
use actors::time::Timestamp;
use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{
    ClientOptions, GetOptions, GetRange, ObjectStore, ObjectStoreExt, RetryConfig, WriteMultipart,
};
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};

use crate::config::{MediaStore, S3};

/// Smaller objects go in one request; larger ones in parts of this size.
const PART: usize = 5 * 1024 * 1024;
/// Parts of one object on the way at the same time.
const PARTS_AT_ONCE: usize = 2;
const TIMEOUT: Duration = Duration::from_secs(60);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const RETRIES: usize = 3;

/// Why an object can't be had or kept.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    #[error("there is no such object")]
    NotFound,
    /// Try again later.
    #[error("the object store is unavailable: {0}")]
    Unavailable(String),
}

/// The object store; cheap to clone.
#[derive(Clone, Debug)]
pub struct Objects(Arc<dyn ObjectStore>);

/// An object that was written whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub key: String,
    pub size: u64,
    /// SHA-256 in hex.
    pub sha256: String,
}

/// A piece of an object on its way out.
pub struct Piece {
    /// Which bytes.
    pub range: Range<u64>,
    /// The size of the whole object.
    pub size: u64,
    pub bytes: BoxStream<'static, Result<Bytes, ObjectError>>,
}

impl Objects {
    /// Opens the store of the configuration.
    pub fn open(place: &MediaStore) -> Result<Self, ObjectError> {
        match place {
            MediaStore::File(folder) => {
                std::fs::create_dir_all(folder).map_err(unavailable)?;
                let files = LocalFileSystem::new_with_prefix(folder).map_err(unavailable)?;
                Ok(Self(Arc::new(files.with_automatic_cleanup(true))))
            }
            MediaStore::S3(s3) => Self::bucket(s3),
        }
    }

    /// A store inside this process, for tests.
    pub fn in_memory() -> Self {
        Self(Arc::new(object_store::memory::InMemory::new()))
    }

    /// Begins an object of the organization under a fresh key.
    pub fn create(&self, organization: OrganizationId) -> Result<Writer, ObjectError> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(unavailable)?;
        let month = Timestamp::now().to_string()[..7].replace('-', "");
        let key = format!("{}/{month}/{}", organization.0, hex::encode(random));
        Ok(Writer {
            store: Arc::clone(&self.0),
            key,
            start: Vec::new(),
            parts: None,
            size: 0,
            digest: Sha256::new(),
        })
    }

    /// The whole object, or `range` of it.
    pub async fn read(&self, key: &str, range: Option<Range<u64>>) -> Result<Piece, ObjectError> {
        let options = GetOptions {
            range: range.map(GetRange::Bounded),
            ..GetOptions::default()
        };
        let got = within(TIMEOUT, self.0.get_opts(&Path::from(key), options)).await?;
        Ok(Piece {
            range: got.range.clone(),
            size: got.meta.size,
            bytes: got.into_stream().map(|chunk| chunk.map_err(failed)).boxed(),
        })
    }

    /// The whole object in memory, at most `limit` bytes.
    pub async fn read_all(&self, key: &str, limit: u64) -> Result<Bytes, ObjectError> {
        let got = within(TIMEOUT, self.0.get(&Path::from(key))).await?;
        if got.meta.size > limit {
            return Err(ObjectError::Unavailable("the object is too large".into()));
        }
        within(TIMEOUT, got.bytes()).await
    }

    /// Removes an object that nothing points to.
    pub async fn remove(&self, key: &str) {
        if let Err(error) = self.delete(key).await {
            tracing::warn!(%error, "an object that nothing points to stays behind");
        }
    }

    /// Removes an object; one that is not there is removed.
    pub async fn delete(&self, key: &str) -> Result<(), ObjectError> {
        match within(TIMEOUT, self.0.delete(&Path::from(key))).await {
            Err(ObjectError::NotFound) => Ok(()),
            removed => removed,
        }
    }

    fn bucket(s3: &S3) -> Result<Self, ObjectError> {
        let options = ClientOptions::new()
            .with_timeout(TIMEOUT)
            .with_connect_timeout(CONNECT_TIMEOUT);
        let retry = RetryConfig {
            max_retries: RETRIES,
            ..RetryConfig::default()
        };
        let mut builder = AmazonS3Builder::new()
            .with_client_options(options)
            .with_retry(retry)
            .with_bucket_name(&s3.bucket)
            .with_region(&s3.region);
        if let Some(endpoint) = &s3.endpoint {
            builder = builder
                .with_endpoint(endpoint)
                .with_allow_http(endpoint.starts_with("http://"));
        }
        if let Some(id) = &s3.access_key_id {
            builder = builder.with_access_key_id(id.expose_secret());
        }
        if let Some(secret) = &s3.secret_access_key {
            builder = builder.with_secret_access_key(secret.expose_secret());
        }
        let bucket = builder.build().map_err(unavailable)?;
        Ok(Self(if s3.prefix.is_empty() {
            Arc::new(bucket)
        } else {
            Arc::new(PrefixStore::new(bucket, s3.prefix.as_str()))
        }))
    }
}

/// An object that is being written; nothing is kept until [`Writer::finish`].
pub struct Writer {
    store: Arc<dyn ObjectStore>,
    key: String,
    start: Vec<u8>,
    parts: Option<WriteMultipart>,
    size: u64,
    digest: Sha256,
}

impl Writer {
    /// How many bytes were written.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Adds `chunk`.
    pub async fn write(&mut self, chunk: &[u8]) -> Result<(), ObjectError> {
        self.size += chunk.len() as u64;
        self.digest.update(chunk);
        if let Some(parts) = &mut self.parts {
            within(TIMEOUT, parts.wait_for_capacity(PARTS_AT_ONCE)).await?;
            parts.write(chunk);
            return Ok(());
        }
        self.start.extend_from_slice(chunk);
        if self.start.len() >= PART {
            let path = Path::from(self.key.as_str());
            let upload = within(TIMEOUT, self.store.put_multipart(&path)).await?;
            let mut parts = WriteMultipart::new_with_chunk_size(upload, PART);
            parts.write(&std::mem::take(&mut self.start));
            self.parts = Some(parts);
        }
        Ok(())
    }

    /// Keeps what was written.
    pub async fn finish(self) -> Result<Written, ObjectError> {
        match self.parts {
            Some(parts) => {
                within(TIMEOUT, parts.finish()).await?;
            }
            None => {
                let path = Path::from(self.key.as_str());
                within(TIMEOUT, self.store.put(&path, self.start.into())).await?;
            }
        }
        Ok(Written {
            key: self.key,
            size: self.size,
            sha256: hex::encode(self.digest.finalize()),
        })
    }

    /// Throws away what was written.
    pub async fn abort(self) {
        if let Some(parts) = self.parts
            && let Err(error) = within(TIMEOUT, parts.abort()).await
        {
            tracing::debug!(%error, "parts of an object stay behind");
        }
    }
}

async fn within<T>(
    limit: Duration,
    call: impl Future<Output = object_store::Result<T>>,
) -> Result<T, ObjectError> {
    match tokio::time::timeout(limit, call).await {
        Ok(result) => result.map_err(failed),
        Err(_) => Err(ObjectError::Unavailable("no answer in time".to_owned())),
    }
}

fn failed(error: object_store::Error) -> ObjectError {
    match error {
        object_store::Error::NotFound { .. } => ObjectError::NotFound,
        error => unavailable(error),
    }
}

fn unavailable(error: impl std::fmt::Display) -> ObjectError {
    ObjectError::Unavailable(error.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use futures_util::TryStreamExt;

    async fn written(objects: &Objects, bytes: &[u8]) -> Written {
        let mut writer = objects.create(OrganizationId(7)).unwrap();
        for chunk in bytes.chunks(700_000) {
            writer.write(chunk).await.unwrap();
        }
        writer.finish().await.unwrap()
    }

    #[tokio::test]
    async fn what_was_written_is_read_back_whole_and_in_pieces() {
        let folder = std::env::temp_dir().join(format!("objects-{}", std::process::id()));
        let local = Objects::open(&MediaStore::File(folder.clone())).unwrap();
        for objects in [local, Objects::in_memory()] {
            for size in [0, 1, PART + 3] {
                let bytes: Vec<u8> = (0..size).map(|at| (at % 251) as u8).collect();
                let object = written(&objects, &bytes).await;
                assert_eq!(object.size, size as u64);
                assert_eq!(object.sha256, hex::encode(Sha256::digest(&bytes)));
                let all = objects.read_all(&object.key, u64::MAX).await.unwrap();
                assert!(all == bytes, "{size}");
            }
            let object = written(&objects, b"0123456789").await;
            let piece = objects.read(&object.key, Some(3..6)).await.unwrap();
            assert_eq!((piece.range, piece.size), (3..6, 10));
            let bytes: Vec<Bytes> = piece.bytes.try_collect().await.unwrap();
            assert_eq!(bytes.concat(), b"345");
            objects.remove(&object.key).await;
            let gone = objects.read(&object.key, None).await;
            assert!(matches!(gone, Err(ObjectError::NotFound)));
        }
        std::fs::remove_dir_all(folder).unwrap();
    }
}
