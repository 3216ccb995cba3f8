//! The client's `Idempotency-Key`: with the same key the same message is sent once, honoured for 24 hours.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use crate::http::describe::{Input, Sketch};
use crate::http::error::{ApiError, Code};
use crate::store::SHARED_KEY;

const HEADER: &str = "idempotency-key";
const LONGEST: usize = 255;

/// The key, if the client sent one.
#[derive(Clone, Debug)]
pub struct IdempotencyKey(pub Option<String>);

impl FromRequest for IdempotencyKey {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(value) = request.headers().get(HEADER) else {
            return ready(Ok(Self(None)));
        };
        let key = value.to_str().unwrap_or_default().trim();
        let is_valid = (1..=LONGEST).contains(&key.len())
            && key.bytes().all(|byte| (0x20..0x7f).contains(&byte))
            && !key.starts_with(SHARED_KEY);
        ready(if is_valid {
            Ok(Self(Some(key.to_owned())))
        } else {
            Err(ApiError::of(Code::InvalidParameter).field(
                "Idempotency-Key",
                format!(
                    "must have 1 to {LONGEST} printable characters and not begin with {SHARED_KEY}"
                ),
            ))
        })
    }
}

impl Input for IdempotencyKey {
    fn describe(sketch: &mut Sketch) {
        sketch.add_header(
            "Idempotency-Key",
            "With the same key the same message is sent once; honoured for 24 hours",
        );
    }
}
