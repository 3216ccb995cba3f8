//! The caller's own account.

use actors::model::ids::OrganizationId;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::answer::{Done, Shown};
use super::check::Check;
use super::error::{ApiError, ApiResult, Code};
use super::extract::{Body, Caller, ClientAddress};
use super::permission::UseAccount;
use super::throttle::Attempt;
use super::user::UserView;

/// Who calls, and where.
#[derive(Serialize, ToSchema)]
pub struct Me {
    user: UserView,
    organization: OrganizationView,
}

/// An organization as its members see it.
#[derive(Serialize, ToSchema)]
pub struct OrganizationView {
    id: OrganizationId,
    name: String,
}

/// Who calls, and in which organization.
pub async fn show(caller: Caller<UseAccount>) -> ApiResult<Shown<Me>> {
    let tenant = caller.tenant();
    Ok(Shown(Me {
        user: tenant.find_user(caller.user()?).await?.into(),
        organization: OrganizationView {
            id: tenant.organization(),
            name: tenant.organization_name().await?,
        },
    }))
}

/// What a user may change about themselves.
#[derive(Deserialize, ToSchema)]
pub struct ChangeMe {
    name: Option<String>,
}

/// Changes the caller's own name.
pub async fn change(
    caller: Caller<UseAccount>,
    Body(form): Body<ChangeMe>,
) -> ApiResult<Shown<UserView>> {
    let (tenant, user) = (caller.tenant(), caller.user()?);
    let Some(name) = form.name else {
        return Ok(Shown(tenant.find_user(user).await?.into()));
    };
    let mut check = Check::default();
    let name = check.name("name", &name);
    check.finish()?;
    let user = tenant.rename_user(&caller.actor, user, &name).await?;
    caller.app.access.forget(caller.actor.who);
    Ok(Shown(user.into()))
}

/// The present password and the one to be.
#[derive(Deserialize, ToSchema)]
pub struct ChangePassword {
    #[schema(value_type = String)]
    current: SecretString,
    #[schema(value_type = String)]
    new: SecretString,
}

/// Sets a new password; all other log-ins of the caller end.
pub async fn change_password(
    caller: Caller<UseAccount>,
    address: ClientAddress,
    Body(form): Body<ChangePassword>,
) -> ApiResult<Done> {
    let (tenant, id) = (caller.tenant(), caller.user()?);
    let mut check = Check::default();
    check.password("new", &form.new);
    check.finish()?;
    let passwords = &caller.app.passwords;
    let attempt = Attempt::take(&caller.app, "password", address, &id.to_string()).await?;
    let known = tenant.find_own_account(id).await?.password_hash;
    let current = form.current.expose_secret();
    if !passwords.verify(current, Some(&known)).await? {
        return Err(ApiError::of(Code::InvalidCredentials).detail("the present password is wrong"));
    }
    let hash = passwords.hash(form.new.expose_secret()).await?;
    tenant
        .change_password(&caller.actor, id, &hash, caller.login)
        .await?;
    attempt.succeed(&caller.app).await?;
    caller.app.expel(tenant.organization(), caller.actor.who);
    Ok(Done)
}
