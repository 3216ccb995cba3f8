//! What can come of asking the hub, by what the caller does next.

use serde::{Deserialize, Serialize};

use crate::conversation::rules::Refusal;
use crate::ports::store::StoreError;

/// Why the hub did not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HubError {
    #[error("not found")]
    NotFound,
    /// More than 24 hours since the contact's last message: only templates may be sent.
    #[error("the 24-hour window is closed; send a template")]
    WindowClosed,
    #[error("the number is disabled")]
    SessionDisabled,
    /// The number can't send until an admin acts.
    #[error("the number can't send: {reason}")]
    SessionStopped { reason: String },
    #[error("the contact opted out")]
    OptedOut,
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    #[error("{0}")]
    Invalid(String),
    /// Too much at once: try again in a moment.
    #[error("busy, try again")]
    Busy,
    /// The database can't be reached: nothing was stored, try again.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// A fault of ours.
    #[error("internal error: {0}")]
    Broken(String),
}

impl From<StoreError> for HubError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::NotFound,
            StoreError::Conflict => Self::Busy,
            StoreError::Unavailable(cause) => Self::Unavailable(cause),
            StoreError::Broken(cause) => Self::Broken(cause),
        }
    }
}

impl From<Refusal> for HubError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::WindowClosed => Self::WindowClosed,
            Refusal::OptedOut => Self::OptedOut,
        }
    }
}
