//! How the API asks the provider about a number, without knowing who speaks to the provider.

use actors::model::ids::SessionId;
use async_trait::async_trait;

use super::error::{ApiError, Code};
use crate::store::Checked;

/// Asks the provider about a connected number now; bounded in time by the implementation.
#[async_trait]
pub trait NumberCheck: Send + Sync {
    /// What the provider says; a refused token is an answer, not an error.
    async fn check(&self, session: SessionId) -> Result<Checked, Unreached>;
}

/// The provider could not be asked, and why in a sentence without secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreached(pub String);

impl From<Unreached> for ApiError {
    fn from(error: Unreached) -> Self {
        Self::of(Code::ProviderFailed).detail(error.0)
    }
}
