//! What could not be processed and waits for a person.

use serde::{Deserialize, Serialize};

use crate::model::ids::{OrganizationId, QuarantineId, SessionId};
use crate::model::json::Json;
use crate::time::Timestamp;

/// A new entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quarantined {
    pub organization: OrganizationId,
    pub session: Option<SessionId>,
    pub source: QuarantineSource,
    /// What went wrong, in a sentence.
    pub reason: String,
    pub tries: i32,
    /// The bytes as they came (a webhook body, or a task as JSON).
    pub payload: Vec<u8>,
}

/// Where an entry comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuarantineSource {
    Webhook,
    Job,
}

/// An entry as admins see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct QuarantineEntry {
    pub id: QuarantineId,
    pub reason: String,
    pub source: QuarantineSource,
    pub session_id: Option<SessionId>,
    pub received_at: Timestamp,
    pub tries: i32,
    /// The payload: JSON as it is, else a JSON string with invalid bytes replaced.
    pub payload: Json,
    pub resolved_at: Option<Timestamp>,
}
