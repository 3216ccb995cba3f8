//! Files: uploaded to be sent, and handed out to members of their organization. Nothing that a browser could
//! run is ever shown inline (SECURITY row 9), and an address dies after some minutes (row 10).

mod name;
mod range;
mod sniff;
mod upload;

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_RANGE, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, CROSS_ORIGIN_RESOURCE_POLICY, RANGE,
};
use actors::model::ids::{MediaId, SessionId};
use actors::model::message::{Media, MediaState};
use actors::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub use self::upload::Form;

use self::range::Wanted;
use super::answer::{Created, Shown};
use super::error::{ApiError, ApiResult, Code};
use super::extract::{Caller, Path, Public, Query};
use super::permission::{ReadConversations, SendMessages};
use crate::app::objects::ObjectError;
use crate::secret::media::LIFE;
use crate::store::{StoredMedia, Upload};

/// How long a browser may keep a file whose address it has; the address itself does not live longer.
const KEEP: &str = "private, max-age=300";
/// A file is no page: nothing in it runs, loads or frames anything.
const POLICY: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'";

/// Stores a file to be sent by a number.
pub async fn create(caller: Caller<SendMessages>, form: Form) -> ApiResult<Created<Media>> {
    let organization = caller.actor.organization;
    let objects = &caller.app.objects;
    let received = form.receive(objects, organization).await?;
    let key = received.object.key.clone();
    let session: SessionId = received.session;
    let upload = Upload {
        session,
        mime_type: received.kind.mime_type.to_owned(),
        filename: received.filename,
        size: received.object.size,
        sha256: received.object.sha256,
        animated: received.kind.animated,
        object_key: received.object.key,
    };
    let mut media = match caller.tenant().add_media(&caller.actor, upload).await {
        Ok(media) => media,
        Err(error) => {
            objects.remove(&key).await;
            return Err(error.into());
        }
    };
    let tokens = &caller.app.media_tokens;
    media.url = Some(tokens.url(organization, media.id, Timestamp::now()));
    Ok(Created(media))
}

/// What opens a file.
#[derive(Deserialize, IntoParams)]
pub struct Ticket {
    token: Option<String>,
}

/// The bytes of a file, or a part of them.
pub async fn show(
    Public { app }: Public,
    Path(id): Path<MediaId>,
    Query(ticket): Query<Ticket>,
    request: HttpRequest,
) -> ApiResult<HttpResponse> {
    let token = ticket.token.unwrap_or_default();
    let organization = app.media_tokens.verify(id, &token, Timestamp::now());
    let organization = organization.ok_or_else(|| {
        ApiError::of(Code::Forbidden).detail("the address has expired; load the message again")
    })?;
    let file = app.store.tenant(organization).find_media(id).await?;
    let key = key_of(&file)?;
    let size = file.media.size.and_then(|size| u64::try_from(size).ok());
    let size = size.ok_or_else(|| ApiError::internal("a stored file without a size"))?;
    let header = request.headers().get(RANGE);
    let header = header.and_then(|value| value.to_str().ok());
    let range = match range::wanted(header, size) {
        Wanted::All => None,
        Wanted::Part(range) => Some(range),
        Wanted::Nothing => {
            return Err(ApiError::of(Code::RangeNotSatisfiable)
                .detail(format!("the file has {size} bytes")));
        }
    };
    let piece = app.objects.read(key, range.clone()).await;
    let piece = piece.map_err(|error| match error {
        ObjectError::NotFound => ApiError::of(Code::MediaGone).cause("the object is missing"),
        ObjectError::Unavailable(cause) => ApiError::of(Code::Unavailable).cause(cause),
    })?;
    let (mime_type, disposition) = name::shown(&file.media);
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((CONTENT_TYPE, mime_type))
        .insert_header((CONTENT_DISPOSITION, disposition))
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"))
        .insert_header((CACHE_CONTROL, KEEP))
        .insert_header((ACCEPT_RANGES, "bytes"));
    if let Some(range) = range {
        let last = range.end.saturating_sub(1);
        answer.status(StatusCode::PARTIAL_CONTENT);
        answer.insert_header((
            CONTENT_RANGE,
            format!("bytes {}-{last}/{size}", range.start),
        ));
    }
    let length = piece.range.end - piece.range.start;
    Ok(answer.body(SizedStream::new(length, piece.bytes)))
}

/// An address of a file that works for some minutes.
#[derive(Debug, Serialize, ToSchema)]
pub struct Link {
    url: String,
    expires_at: Timestamp,
}

/// A fresh address of a file.
pub async fn show_link(
    caller: Caller<ReadConversations>,
    Path(id): Path<MediaId>,
) -> ApiResult<Shown<Link>> {
    caller.tenant().find_media(id).await?;
    let now = Timestamp::now();
    let organization = caller.actor.organization;
    Ok(Shown(Link {
        url: caller.app.media_tokens.url(organization, id, now),
        expires_at: now + LIFE,
    }))
}

fn key_of(file: &StoredMedia) -> ApiResult<&str> {
    match (file.media.state, &file.object_key) {
        (MediaState::Stored, Some(key)) => Ok(key),
        (MediaState::Stored, None) => Err(ApiError::internal("a stored file without an object")),
        (MediaState::Pending, _) => Err(Code::MediaNotReady.into()),
        (MediaState::Failed | MediaState::Expired, _) => Err(Code::MediaGone.into()),
    }
}
