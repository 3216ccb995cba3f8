//! How the API says no: one table of stable codes, one answer shape (RFC 9457 `application/problem+json`),
//! and the translation of every inner error. A 5xx is logged once, here, with its cause; clients never see
//! the cause.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use actors::hub::HubError;
use actors::ports::store::StoreError;
use serde::{Deserialize, Serialize};

use crate::secret::keyring::SealError;
use crate::secret::password::PasswordError;
use crate::secret::second_factor::BadSeed;
use crate::secret::token::NoRandomness;

/// What a handler returns.
pub type ApiResult<T> = Result<T, ApiError>;

/// Seconds after which a client may try again when the hub can't do it now.
const RETRY_SECONDS: u64 = 2;

macro_rules! codes {
    ($($name:ident $status:literal $code:literal $title:literal,)*) => {
        /// Every error code of the API; clients decide by it, so a code never changes its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code { $(#[doc = $title] $name,)* }

        impl Code {
            /// All codes, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name that clients see.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// A short sentence for people.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            const fn status_number(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }
        }
    };
}

codes! {
    BadRequest 400 "bad_request" "The request can't be understood",
    InvalidJson 400 "invalid_json" "The body is not the JSON that is expected here",
    InvalidParameter 400 "invalid_parameter" "A parameter of the address is not valid",
    InvalidCursor 400 "invalid_cursor" "The cursor is not one that this list gave out",
    InvalidToken 400 "invalid_token" "The link is not valid or has expired",
    Unauthorized 401 "unauthorized" "Sign in first",
    InvalidCredentials 401 "invalid_credentials" "E-mail or password is wrong",
    InvalidCode 401 "invalid_code" "The code is wrong, or was used already",
    ChallengeExpired 401 "challenge_expired" "That took too long or too many tries; sign in again",
    InvalidRefreshToken 401 "invalid_refresh_token" "The session has ended; sign in again",
    RefreshTokenReused 401 "refresh_token_reused" "The session was ended because its token was used twice; sign in again",
    InvalidSignature 401 "invalid_signature" "The signature does not match",
    Forbidden 403 "forbidden" "You may not do this",
    RegistrationClosed 403 "registration_closed" "Registration is by invitation only",
    ContactOptedOut 403 "contact_opted_out" "The contact does not want to get this",
    NotFound 404 "not_found" "There is no such thing here",
    MethodNotAllowed 405 "method_not_allowed" "This address does not take that method",
    Conflict 409 "conflict" "It changed meanwhile; load it and try again",
    NameTaken 409 "name_taken" "There is one of that name already",
    LimitReached 409 "limit_reached" "There is no room for another one; delete one first",
    EmailTaken 409 "email_taken" "A user with this e-mail exists already",
    LastOwner 409 "last_owner" "The organization needs an owner",
    TwoFactorOn 409 "two_factor_on" "A second factor is in use already",
    TwoFactorOff 409 "two_factor_off" "No second factor is in use",
    SessionExists 409 "session_exists" "This number is connected already",
    WindowClosed 409 "window_closed" "More than 24 hours have passed since the customer wrote; only templates can be sent",
    SessionDisabled 409 "session_disabled" "The number is disabled",
    SessionStopped 409 "session_stopped" "The number can't send at the moment",
    MediaNotReady 409 "media_not_ready" "The file is not stored yet",
    MediaGone 410 "media_gone" "The file is no longer kept",
    PayloadTooLarge 413 "payload_too_large" "The body is too large",
    UnsupportedMediaType 415 "unsupported_media_type" "This content type is not taken here",
    RangeNotSatisfiable 416 "range_not_satisfiable" "The range lies outside the file",
    ValidationFailed 422 "validation_failed" "Some fields are not valid",
    InvalidMessage 422 "invalid_message" "The message can't be sent like this",
    MacroOutOfDate 422 "macro_out_of_date" "The macro can not be done as it stands; nothing was done",
    IdempotencyKeyReused 422 "idempotency_key_reused" "The idempotency key was used for another request",
    TooManyAttempts 429 "too_many_attempts" "Too many attempts; wait a little",
    TooManyRequests 429 "too_many_requests" "Too many requests; wait a little",
    Internal 500 "internal" "Something went wrong on our side",
    ProviderFailed 502 "provider_failed" "WhatsApp refused or could not be reached",
    Unavailable 503 "unavailable" "The hub can't do this right now; try again shortly",
    Busy 503 "busy" "The hub is busy; try again shortly",
}

impl Code {
    /// The HTTP status that goes with the code.
    pub fn status(self) -> StatusCode {
        StatusCode::from_u16(self.status_number()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// One field that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FieldError {
    /// Where, as a path into the body (`template.language`).
    pub field: String,
    /// What is wrong, in a sentence.
    pub message: String,
}

/// The answer to a request that was refused or failed.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Problem {
    /// Always `about:blank`: the code says what it is.
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    /// Stable name of the error.
    pub code: String,
    /// What is special about this case.
    pub detail: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// A refusal or failure on its way to the client.
#[derive(Clone, Debug)]
pub struct ApiError {
    code: Code,
    detail: Option<String>,
    errors: Vec<FieldError>,
    retry_after: Option<u64>,
    cause: Option<String>,
    /// A figure counts it: the log need not tell of each.
    is_counted: bool,
}

impl ApiError {
    /// The error of that code.
    pub const fn of(code: Code) -> Self {
        Self {
            code,
            detail: None,
            errors: Vec::new(),
            retry_after: None,
            cause: None,
            is_counted: false,
        }
    }

    /// Says what is special about this case; shown to the client.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Names a field that is not valid; shown to the client.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>, message: impl Into<String>) -> Self {
        self.errors.push(FieldError {
            field: field.into(),
            message: message.into(),
        });
        self
    }

    /// Names several fields at once.
    #[must_use]
    pub fn fields(mut self, errors: Vec<FieldError>) -> Self {
        self.errors.extend(errors);
        self
    }

    /// Tells the client to wait that many seconds.
    #[must_use]
    pub const fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Notes why, for the log only.
    #[must_use]
    pub fn cause(mut self, cause: impl fmt::Display) -> Self {
        self.cause = Some(cause.to_string());
        self
    }

    /// Leaves it out of the log: of what is refused because too much comes there are thousands a second, and a figure counts them.
    #[must_use]
    pub const fn counted(mut self) -> Self {
        self.is_counted = true;
        self
    }

    /// Which code it carries.
    pub const fn code(&self) -> Code {
        self.code
    }

    /// The fields that are not valid.
    pub fn errors(&self) -> &[FieldError] {
        &self.errors
    }

    /// Something that can't happen happened: 500, with the cause in the log.
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self::of(Code::Internal).cause(cause)
    }

    /// Nothing there (or not in this organization).
    pub const fn not_found() -> Self {
        Self::of(Code::NotFound)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.as_str())?;
        match &self.detail {
            Some(detail) => write!(f, ": {detail}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ApiError {}

impl From<Code> for ApiError {
    fn from(code: Code) -> Self {
        Self::of(code)
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::of(Code::NotFound),
            StoreError::Conflict => Self::of(Code::Conflict),
            StoreError::Unavailable(cause) => Self::of(Code::Unavailable).cause(cause),
            StoreError::Broken(cause) => Self::of(Code::Internal).cause(cause),
        }
    }
}

impl From<HubError> for ApiError {
    fn from(error: HubError) -> Self {
        match error {
            HubError::NotFound => Self::of(Code::NotFound),
            HubError::WindowClosed => Self::of(Code::WindowClosed),
            HubError::SessionDisabled => Self::of(Code::SessionDisabled),
            HubError::SessionStopped { reason } => Self::of(Code::SessionStopped).detail(reason),
            HubError::OptedOut => Self::of(Code::ContactOptedOut),
            HubError::KeyReused => Self::of(Code::IdempotencyKeyReused),
            HubError::Invalid(problem) => Self::of(Code::InvalidMessage).detail(problem),
            HubError::Busy => Self::of(Code::Busy),
            HubError::Unavailable(cause) => Self::of(Code::Unavailable).cause(cause),
            HubError::Broken(cause) => Self::of(Code::Internal).cause(cause),
        }
    }
}

impl From<PasswordError> for ApiError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => Self::of(Code::Busy),
            PasswordError::Broken => Self::internal(error),
        }
    }
}

impl From<SealError> for ApiError {
    fn from(error: SealError) -> Self {
        Self::internal(error)
    }
}

impl From<BadSeed> for ApiError {
    fn from(error: BadSeed) -> Self {
        Self::internal(error)
    }
}

impl From<NoRandomness> for ApiError {
    fn from(error: NoRandomness) -> Self {
        Self::internal(error)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    fn error_response(&self) -> HttpResponse {
        let status = self.code.status();
        if status.is_server_error() && !self.is_counted {
            tracing::error!(
                code = self.code.as_str(),
                cause = self.cause.as_deref().unwrap_or("not noted"),
                "a request failed"
            );
        }
        let problem = Problem {
            kind: "about:blank".to_owned(),
            title: self.code.title().to_owned(),
            status: status.as_u16(),
            code: self.code.as_str().to_owned(),
            detail: self.detail.clone(),
            errors: self.errors.clone(),
        };
        let mut answer = HttpResponse::build(status);
        answer.insert_header((CONTENT_TYPE, "application/problem+json"));
        let wait = self.retry_after.or(match status {
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => Some(RETRY_SECONDS),
            _ => None,
        });
        if let Some(seconds) = wait {
            answer.insert_header((RETRY_AFTER, seconds.to_string()));
        }
        // Not `.json()`: it would put its own content type there.
        answer.body(serde_json::to_vec(&problem).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_code_has_its_own_name_and_a_real_status() {
        let names: HashSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        for code in Code::ALL {
            assert_eq!(code.status().as_u16(), code.status_number());
            assert!(code.status().is_client_error() || code.status().is_server_error());
        }
    }

    #[test]
    fn a_cause_stays_inside() {
        let answer = ApiError::internal("password=hunter2").error_response();
        assert_eq!(answer.status(), 500);
        let body = actix_web::body::to_bytes(answer.into_body());
        let body = futures_util::FutureExt::now_or_never(body).unwrap();
        let body = String::from_utf8(body.ok().unwrap().to_vec()).unwrap();
        assert!(!body.contains("hunter2"), "{body}");
        assert!(body.contains(r#""code":"internal""#), "{body}");
    }

    #[test]
    fn a_busy_hub_says_when_to_come_back() {
        let answer = ApiError::of(Code::Busy).error_response();
        assert_eq!(answer.headers().get(RETRY_AFTER).unwrap(), "2");
    }
}
