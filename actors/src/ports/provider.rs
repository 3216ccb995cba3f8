//! The way to WhatsApp.

use async_trait::async_trait;

use crate::model::ids::SessionId;
use crate::model::outbound::Parcel;
use crate::model::status::ProviderFault;

/// Speaks to WhatsApp for all sessions; knows their credentials.
#[async_trait]
pub trait Provider: Send + Sync {
    /// Makes exactly one POST for `parcel.attempt` and returns the provider's message id.
    async fn send(&self, parcel: &Parcel) -> Result<String, ProviderError>;

    /// Shows the contact that everything up to `provider_id` was seen, and optionally that somebody types.
    async fn mark_read(
        &self,
        session: SessionId,
        provider_id: &str,
        typing: bool,
    ) -> Result<(), ProviderError>;
}

/// Why a call did not succeed, by what is known about its effect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// The provider answered with an error: it did not take the message. The code decides what is next.
    #[error("the provider refused: {} {}", .0.code, .0.title)]
    Rejected(ProviderFault),
    /// The request never went out (no connection, refused, circuit open): safe to repeat.
    #[error("the provider can't be reached: {0}")]
    Unreachable(String),
    /// The request went out and no answer came: nobody knows.
    #[error("the provider's answer was lost: {0}")]
    Unclear(String),
    /// Our own side lacks something (an uploaded file, credentials that decrypt): never sent, will not heal alone.
    #[error("{0}")]
    Unfit(String),
}
