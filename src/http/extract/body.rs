//! JSON bodies: bounded in size, depth and time, and of the right type, so that no foreign page can send one
//! by a form (SECURITY rows 31, 35, 36, 40, 43).

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::{FromRequest, HttpRequest};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::strict;
use crate::http::depth::{DEEPEST, has_nul, is_deeper};
use crate::http::describe::{Input, Sketch};
use crate::http::error::{ApiError, ApiResult, Code};

/// The largest JSON body; files and callbacks have limits of their own.
const LARGEST: usize = 256 * 1024;
/// How long a client may take to send a body.
const PATIENCE: Duration = Duration::from_secs(30);

/// A null that was said, told from a field that was not.
pub fn given<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// The request's JSON as a `T`; what is not known is refused.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            if !is_json(&request) {
                return Err(ApiError::of(Code::UnsupportedMediaType)
                    .detail("send application/json without content encoding"));
            }
            let bytes = read_all(payload, LARGEST).await?;
            if is_deeper(&bytes, DEEPEST) {
                return Err(ApiError::of(Code::InvalidJson).detail("the JSON is nested too deeply"));
            }
            if has_nul(&bytes) {
                return Err(ApiError::of(Code::InvalidJson).detail("a text has the character NUL"));
            }
            let mut json = serde_json::Deserializer::from_slice(&bytes);
            let read = strict::read(&mut json).map_err(|misfit| misfit.told(Code::InvalidJson))?;
            json.end()
                .map_err(|error| ApiError::of(Code::InvalidJson).detail(error.to_string()))?;
            read.all_known(Code::ValidationFailed, &[]).map(Self)
        })
    }
}

impl<T: DeserializeOwned + ToSchema + 'static> Input for Body<T> {
    fn describe(sketch: &mut Sketch) {
        let schema = sketch.refer::<T>();
        sketch.set_body("application/json", schema);
    }
}

/// Reads a whole body of at most `limit` bytes.
pub async fn read_all(mut payload: Payload, limit: usize) -> ApiResult<Bytes> {
    let reading = async {
        let mut body = BytesMut::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|error| ApiError::of(Code::BadRequest).cause(error))?;
            if body.len() + chunk.len() > limit {
                return Err(ApiError::of(Code::PayloadTooLarge)
                    .detail(format!("at most {limit} bytes are taken")));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    };
    match tokio::time::timeout(PATIENCE, reading).await {
        Ok(body) => body,
        Err(_) => Err(ApiError::of(Code::BadRequest).detail("the body did not arrive in time")),
    }
}

fn is_json(request: &HttpRequest) -> bool {
    let header = |name| {
        let value = request.headers().get(name)?;
        value.to_str().ok().map(str::to_ascii_lowercase)
    };
    let plain = header(CONTENT_ENCODING).is_none_or(|encoding| encoding == "identity");
    let media_type = header(CONTENT_TYPE).unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    plain && media_type == "application/json"
}
