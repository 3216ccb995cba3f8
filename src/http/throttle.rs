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
    account: String,
}

impl Attempt {
    /// Takes a try of `what` from the client's address and from `account` (an e-mail, a user), or refuses.
    pub async fn take(
        app: &AppState,
        what: &str,
        ClientAddress(address): ClientAddress,
        account: &str,
    ) -> ApiResult<Self> {
        let address = ClientAddress(address).counted();
        let attempt = Self {
            address: format!("{what}:address:{address}"),
            // Hashed: an account that does not exist must not fill the table with long texts.
            account: format!("{what}:account:{}", hex::encode(token::hash(account))),
        };
        let keys = [attempt.address.as_str(), attempt.account.as_str()];
        let unscoped = app.store.unscoped();
        match unscoped.take_try(&keys, Timestamp::now()).await? {
            Try::Allowed => Ok(attempt),
            Try::Refused(wait) => {
                let seconds = wait.as_secs() + 1;
                Err(ApiError::of(Code::TooManyAttempts).retry_after(seconds))
            }
        }
    }

    /// It was a success: the address gets its try back, and the account starts afresh.
    pub async fn succeed(self, app: &AppState) -> ApiResult<()> {
        let forgiven = app.store.unscoped();
        Ok(forgiven.forgive_try(&self.account, &self.address).await?)
    }

    /// It was right as far as it went: address and account get the try back, and earlier failures still count.
    pub async fn pause(self, app: &AppState) -> ApiResult<()> {
        let keys = [self.address.as_str(), self.account.as_str()];
        Ok(app.store.unscoped().return_try(&keys).await?)
    }
}
