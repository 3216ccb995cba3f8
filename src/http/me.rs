//! The caller's own account.

use serde::Serialize;
use utoipa::ToSchema;

use super::answer::Shown;
use super::error::ApiResult;
use super::extract::Caller;
use super::permission::UseAccount;

/// Who calls.
#[derive(Serialize, ToSchema)]
pub struct Me {
    name: String,
}

/// Who calls, and in which organization.
pub async fn show(caller: Caller<UseAccount>) -> ApiResult<Shown<Me>> {
    Ok(Shown(Me {
        name: caller.actor.name,
    }))
}
