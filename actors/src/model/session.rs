//! A WhatsApp number connected to the hub: what the actors need of it, and its health.

use serde::{Deserialize, Serialize};

use crate::model::ids::{OrganizationId, SessionId};
use crate::time::Timestamp;

/// What a session's actor needs; credentials stay behind the provider port.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionState {
    pub id: SessionId,
    pub organization: OrganizationId,
    pub phone_number_id: String,
    /// False when an admin disabled the number.
    pub enabled: bool,
    pub health: HealthState,
    /// Messages per second that the number may send: 20, 80 or 1000 (CLOUD_API section 13).
    pub rate: u32,
}

/// Whether a number works.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum HealthState {
    Ok,
    /// Not tried yet.
    #[default]
    Unknown,
    /// The access token expired or was revoked; nothing can be sent until a new one is given.
    TokenInvalid,
    /// The provider limits it (quality, payment, registration).
    Limited,
    /// The provider blocked the account.
    Blocked,
    /// No webhook came for a suspiciously long time.
    WebhookSilent,
}

impl HealthState {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Ok,
        Self::Unknown,
        Self::TokenInvalid,
        Self::Limited,
        Self::Blocked,
        Self::WebhookSilent,
    ];

    /// The name used on every wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Unknown => "unknown",
            Self::TokenInvalid => "token_invalid",
            Self::Limited => "limited",
            Self::Blocked => "blocked",
            Self::WebhookSilent => "webhook_silent",
        }
    }

    /// The state of that name.
    pub fn parse(name: &str) -> Option<Self> {
        let mut states = Self::ALL.into_iter();
        states.find(|state| state.as_str() == name)
    }

    /// Whether sends would be refused until a person acts.
    pub const fn stops_sending(self) -> bool {
        matches!(self, Self::TokenInvalid | Self::Blocked)
    }
}

/// A session's health as people see it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Health {
    pub state: HealthState,
    /// What is wrong, in a sentence.
    pub reason: Option<String>,
    /// `GREEN`, `YELLOW`, `RED` or `UNKNOWN`, as the provider rates the number.
    pub quality: Option<String>,
    pub last_webhook_at: Option<Timestamp>,
    pub checked_at: Option<Timestamp>,
}

/// A session as people see it; secrets never appear.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Session {
    pub id: SessionId,
    pub name: String,
    /// `cloud_api`.
    pub provider: String,
    pub phone_number_id: String,
    pub business_account_id: String,
    pub display_phone_number: Option<String>,
    pub verified_name: Option<String>,
    pub status: SessionStatus,
    pub health: Health,
    /// The callback to enter at the provider.
    pub webhook_url: String,
    /// Shown to admins only.
    pub verify_token: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Whether a number is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    Active,
    Disabled,
}
