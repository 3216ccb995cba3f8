//! What may be tried only so often: log-ins, and whatever else somebody could guess at.

use actors::time::Timestamp;

use super::error::{ApiError, ApiResult, Code};
use super::extract::ClientAddress;
use super::state::AppState;
use crate::secret::token;
use crate::store::Try;

/// A try that was allowed; a success gives it back.
pub struct Attempt {
    address: String,
    account: Option<String>,
}

impl Attempt {
    /// Takes a try of `what` from the client's address and from `account` (an e-mail, a user), or refuses.
    pub async fn take(
        app: &AppState,
        what: &str,
        address: ClientAddress,
        account: &str,
    ) -> ApiResult<Self> {
        // Hashed: an account that does not exist must not fill the table with long texts.
        let account = hex::encode(token::hash(account));
        let attempt = Self {
            address: format!("{what}:address:{}", address.counted()),
            account: Some(format!("{what}:account:{account}")),
        };
        attempt.allowed(app).await
    }

    /// Takes a try from the client's address alone.
    pub async fn take_of_address(
        app: &AppState,
        what: &str,
        address: ClientAddress,
    ) -> ApiResult<Self> {
        let attempt = Self {
            address: format!("{what}:address:{}", address.counted()),
            account: None,
        };
        attempt.allowed(app).await
    }

    fn keys(&self) -> Vec<&str> {
        let account = self.account.as_deref();
        std::iter::once(self.address.as_str())
            .chain(account)
            .collect()
    }

    async fn allowed(self, app: &AppState) -> ApiResult<Self> {
        let unscoped = app.store.unscoped();
        match unscoped.take_try(&self.keys(), Timestamp::now()).await? {
            Try::Allowed => Ok(self),
            Try::Refused(wait) => {
                let seconds = wait.as_secs() + 1;
                Err(ApiError::of(Code::TooManyAttempts).retry_after(seconds))
            }
        }
    }

    /// It was a success: the address gets its try back, and the account starts afresh.
    pub async fn succeed(self, app: &AppState) -> ApiResult<()> {
        let unscoped = app.store.unscoped();
        match &self.account {
            Some(account) => Ok(unscoped.forgive_try(account, &self.address).await?),
            None => Ok(unscoped.return_try(&self.keys()).await?),
        }
    }

    /// It was right as far as it went: address and account get the try back, and earlier failures still count.
    pub async fn pause(self, app: &AppState) -> ApiResult<()> {
        Ok(app.store.unscoped().return_try(&self.keys()).await?)
    }
}
