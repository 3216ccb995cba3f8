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
use crate::secret::password::LONGEST;
use crate::store::Notifications;

/// What a limit of an alert may be at most.
const HIGHEST_LIMIT: u32 = 10_000;

/// Who calls, and where.
#[derive(Serialize, ToSchema)]
pub struct Me {
    user: UserView,
    /// Of the pages: a language tag, or `system` for the browser's; null when never chosen.
    language: Option<String>,
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
    let (tenant, user) = (caller.tenant(), caller.user()?);
    Ok(Shown(Me {
        user: tenant.find_user(user).await?.into(),
        language: tenant.find_language(user).await?,
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
    /// In which they want the pages: a language tag, or `system` for the browser's.
    language: Option<String>,
}

/// Changes the caller's own name or language.
pub async fn change(
    caller: Caller<UseAccount>,
    Body(form): Body<ChangeMe>,
) -> ApiResult<Shown<UserView>> {
    let (tenant, user) = (caller.tenant(), caller.user()?);
    let mut check = Check::default();
    let name = form.name.map(|name| check.name("name", &name));
    if let Some(language) = &form.language {
        check.language("language", language);
    }
    check.finish()?;
    if let Some(language) = &form.language {
        let chosen = tenant.choose_language(&caller.actor, user, language);
        chosen.await?;
    }
    let Some(name) = name else {
        return Ok(Shown(tenant.find_user(user).await?.into()));
    };
    let user = tenant.rename_user(&caller.actor, user, &name).await?;
    caller.app.access.forget(caller.actor.who);
    Ok(Shown(user.into()))
}

/// How the caller wants to be told what happens.
pub async fn notifications(caller: Caller<UseAccount>) -> ApiResult<Shown<Notifications>> {
    let (tenant, user) = (caller.tenant(), caller.user()?);
    Ok(Shown(tenant.find_notifications(user).await?))
}

/// Says how the caller wants to be told what happens, on every device.
pub async fn set_notifications(
    caller: Caller<UseAccount>,
    Body(wanted): Body<Notifications>,
) -> ApiResult<Shown<Notifications>> {
    let (tenant, user) = (caller.tenant(), caller.user()?);
    let mut check = Check::default();
    if let Some(alerts) = &wanted.alerts {
        for (field, limit) in [
            ("alerts.wait_minutes", alerts.wait_minutes),
            ("alerts.waiting", alerts.waiting),
            ("alerts.breached", alerts.breached),
        ] {
            if limit.is_some_and(|limit| limit > HIGHEST_LIMIT) {
                check.refuse(field, format!("must be at most {HIGHEST_LIMIT}"));
            }
        }
    }
    check.finish()?;
    let set = tenant.set_notifications(&caller.actor, user, wanted);
    Ok(Shown(set.await?))
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
    let attempt = prove(&caller, address, &form.current).await?;
    let passwords = &caller.app.passwords;
    let hash = passwords.hash(form.new.expose_secret()).await?;
    tenant
        .change_password(&caller.actor, id, &hash, caller.login)
        .await?;
    attempt.succeed(&caller.app).await?;
    caller.app.expel(tenant.organization(), caller.actor.who);
    Ok(Done)
}

/// Whether it is the caller who sits there: their present password, tried only so often.
pub(super) async fn prove(
    caller: &Caller<UseAccount>,
    address: ClientAddress,
    password: &SecretString,
) -> ApiResult<Attempt> {
    let (tenant, id) = (caller.tenant(), caller.user()?);
    let attempt = Attempt::take(&caller.app, "password", address, &id.to_string()).await?;
    let known = tenant.find_own_account(id).await?.password_hash;
    let password = password.expose_secret();
    // A longer one can't be right; what would be cut off must not be ignored.
    let fits = password.len() <= LONGEST;
    if !caller.app.passwords.verify(password, Some(&known)).await? || !fits {
        return Err(ApiError::of(Code::InvalidCredentials).detail("the present password is wrong"));
    }
    Ok(attempt)
}
