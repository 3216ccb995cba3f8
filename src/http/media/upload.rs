//! A file on its way in: read piece by piece into the object store, never whole into memory, bounded in size
//! and in patience. The parts may come in any order.

use std::time::Duration;

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use actors::model::ids::{OrganizationId, SessionId};
use bytes::Bytes;
use futures_util::StreamExt;
use std::future::{Ready, ready};
use utoipa::openapi::schema::Type;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};

use super::name;
use super::sniff::{HEAD, Kind, sniff};
use crate::app::objects::{ObjectError, Objects, Writer, Written};
use crate::http::describe::{Input, Sketch, bytes_schema};
use crate::http::error::{ApiError, ApiResult, Code};

/// The largest file that WhatsApp takes, as a document; smaller limits hold when it is sent as something else.
const LARGEST: u64 = 100 * 1024 * 1024;
/// How long a client may take for the next piece.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long it may take for all of them.
const WHOLE: Duration = Duration::from_secs(15 * 60);
const MOST_FIELDS: usize = 8;
const LONGEST_TEXT: usize = 256;

/// The request's parts, not read yet.
pub struct Form(Multipart);

/// A file that lies in the object store.
pub struct Received {
    pub session: SessionId,
    pub filename: Option<String>,
    pub kind: Kind,
    pub object: Written,
}

struct StoredFile {
    filename: Option<String>,
    kind: Kind,
    object: Written,
}

impl FromRequest for Form {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let content_type = request.headers().get("content-type");
        let content_type = content_type.and_then(|value| value.to_str().ok());
        let is_form = content_type.is_some_and(|value| value.starts_with("multipart/form-data"));
        ready(if is_form {
            Ok(Self(Multipart::new(request.headers(), payload.take())))
        } else {
            Err(ApiError::of(Code::UnsupportedMediaType).detail("send multipart/form-data"))
        })
    }
}

impl Input for Form {
    fn describe(sketch: &mut Sketch) {
        let session = ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("The number that will send it"));
        let form: RefOr<Schema> = ObjectBuilder::new()
            .property("session_id", session)
            .property("file", bytes_schema())
            .required("session_id")
            .required("file")
            .into();
        sketch.set_body("multipart/form-data", form);
    }
}

impl Form {
    /// Reads it all; the file lies in the object store then.
    pub async fn receive(
        self,
        objects: &Objects,
        organization: OrganizationId,
    ) -> ApiResult<Received> {
        let mut stored = None;
        let reading = self.read(objects, organization, &mut stored);
        let read = tokio::time::timeout(WHOLE, reading).await;
        let session = read.unwrap_or_else(|_| Err(too_slow()));
        match (session, stored) {
            (Ok(Some(session)), Some(file)) => Ok(Received {
                session,
                filename: file.filename,
                kind: file.kind,
                object: file.object,
            }),
            (session, file) => {
                let has_file = file.is_some();
                if let Some(file) = file {
                    objects.remove(&file.object.key).await;
                }
                let missing = if has_file { "session_id" } else { "file" };
                Err(session
                    .err()
                    .unwrap_or_else(|| wrong(missing, "is missing")))
            }
        }
    }

    async fn read(
        mut self,
        objects: &Objects,
        organization: OrganizationId,
        stored: &mut Option<StoredFile>,
    ) -> ApiResult<Option<SessionId>> {
        let mut session = None;
        for _ in 0..MOST_FIELDS {
            let Some(field) = patient(self.0.next()).await? else {
                return Ok(session);
            };
            let mut field = field.map_err(broken)?;
            match field.name() {
                Some("session_id") => session = Some(read_session(&mut field).await?),
                Some("file") if stored.is_none() => {
                    *stored = Some(store(&mut field, objects, organization).await?);
                }
                _ => {
                    return Err(ApiError::of(Code::ValidationFailed)
                        .detail("send one session_id and one file"));
                }
            }
        }
        Ok(session)
    }
}

async fn read_session(field: &mut Field) -> ApiResult<SessionId> {
    let mut text = Vec::new();
    while let Some(chunk) = next(field).await? {
        if text.len() + chunk.len() > LONGEST_TEXT {
            return Err(wrong("session_id", "is too long"));
        }
        text.extend_from_slice(&chunk);
    }
    std::str::from_utf8(&text)
        .ok()
        .and_then(|text| text.trim().parse().ok())
        .ok_or_else(|| wrong("session_id", "must be the id of a number (ses_…)"))
}

async fn store(
    field: &mut Field,
    objects: &Objects,
    organization: OrganizationId,
) -> ApiResult<StoredFile> {
    let disposition = field.content_disposition();
    let given = disposition.and_then(|disposition| disposition.get_filename());
    let filename = given.and_then(name::clean);
    let declared = field.content_type().map(ToString::to_string);
    let mut writer = objects.create(organization).map_err(unstored)?;
    let head = match fill(field, &mut writer).await {
        Ok(head) => head,
        Err(error) => {
            writer.abort().await;
            return Err(error);
        }
    };
    let declared = declared.unwrap_or_default();
    let kind = sniff(&head, &declared, filename.as_deref());
    Ok(StoredFile {
        filename,
        kind,
        object: writer.finish().await.map_err(unstored)?,
    })
}

/// Writes the field's bytes; gives the first of them.
async fn fill(field: &mut Field, writer: &mut Writer) -> ApiResult<Vec<u8>> {
    let mut head = Vec::with_capacity(HEAD);
    while let Some(chunk) = next(field).await? {
        if writer.size() + chunk.len() as u64 > LARGEST {
            return Err(
                ApiError::of(Code::PayloadTooLarge).detail("a file may have at most 100 MB")
            );
        }
        let missing = HEAD - head.len();
        head.extend_from_slice(&chunk[..chunk.len().min(missing)]);
        writer.write(&chunk).await.map_err(unstored)?;
    }
    if head.is_empty() {
        return Err(wrong("file", "is empty"));
    }
    Ok(head)
}

async fn next(field: &mut Field) -> ApiResult<Option<Bytes>> {
    patient(field.next()).await?.transpose().map_err(broken)
}

async fn patient<T>(next: impl Future<Output = T>) -> ApiResult<T> {
    tokio::time::timeout(PATIENCE, next)
        .await
        .map_err(|_| too_slow())
}

fn too_slow() -> ApiError {
    ApiError::of(Code::BadRequest).detail("the file did not arrive in time")
}

fn wrong(field: &str, why: &str) -> ApiError {
    ApiError::of(Code::ValidationFailed).field(field, why)
}

fn broken(error: MultipartError) -> ApiError {
    ApiError::of(Code::BadRequest)
        .detail("the form can't be read")
        .cause(error)
}

fn unstored(error: ObjectError) -> ApiError {
    ApiError::of(Code::Unavailable).cause(error)
}
