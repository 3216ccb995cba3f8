//! A second proof besides the password: set up and taken away by oneself, taken away by an admin.

use actors::model::ids::UserId;
use actors::model::user::Who;
use actors::time::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::answer::{Created, Done, Shown};
use super::error::{ApiError, ApiResult, Code};
use super::extract::{Body, Caller, ClientAddress, Path};
use super::me::prove;
use super::permission::{ManageUsers, UseAccount};
use super::throttle::Attempt;
use crate::secret::second_factor::{Proof, RecoveryCode, Seed};
use crate::store::FactorChange;

/// How the caller's second factor stands.
#[derive(Serialize, ToSchema)]
pub struct TwoFactor {
    /// Whether a code is asked for at log-in.
    enabled: bool,
    since: Option<Timestamp>,
    /// Recovery codes that were not used.
    recovery_codes: i64,
}

/// How the caller's second factor stands.
pub async fn show(caller: Caller<UseAccount>) -> ApiResult<Shown<TwoFactor>> {
    let found = caller.tenant().second_factor(caller.user()?).await?;
    Ok(Shown(TwoFactor {
        enabled: found.since.is_some(),
        since: found.since,
        recovery_codes: found.recovery_codes,
    }))
}

/// The caller's present password.
#[derive(Deserialize, ToSchema)]
pub struct BeginTwoFactor {
    #[schema(value_type = String)]
    password: SecretString,
}

/// What an authenticator app wants to know; shown once.
#[derive(Serialize, ToSchema)]
pub struct TwoFactorSecret {
    /// To be typed in, in base 32.
    secret: String,
    /// The same and more, for apps on this device (`otpauth://…`).
    url: String,
    /// The address as a picture to be scanned: SVG.
    qr: String,
}

/// Makes a secret. Nothing is asked for until a first code confirms that it arrived.
pub async fn begin(
    caller: Caller<UseAccount>,
    address: ClientAddress,
    Body(form): Body<BeginTwoFactor>,
) -> ApiResult<Created<TwoFactorSecret>> {
    let (tenant, user) = (caller.tenant(), caller.user()?);
    let attempt = prove(&caller, address, &form.password).await?;
    attempt.succeed(&caller.app).await?;
    let seed = Seed::new()?;
    let keyring = &caller.app.keyring;
    let begun = tenant.begin_second_factor(keyring, &caller.actor, user, &seed);
    check(begun.await?)?;
    let shown = seed.show(&tenant.find_user(user).await?.email)?;
    Ok(Created(TwoFactorSecret {
        secret: shown.secret,
        url: shown.url,
        qr: shown.qr,
    }))
}

/// A code that the app shows now.
#[derive(Deserialize, ToSchema)]
pub struct ConfirmTwoFactor {
    #[schema(value_type = String)]
    code: SecretString,
}

/// Codes for whoever has lost their app; shown once, each good for one use.
#[derive(Serialize, ToSchema)]
pub struct RecoveryCodes {
    recovery_codes: Vec<String>,
}

/// From now on a code is asked for at log-in; the caller's other log-ins end.
pub async fn confirm(
    caller: Caller<UseAccount>,
    address: ClientAddress,
    Body(form): Body<ConfirmTwoFactor>,
) -> ApiResult<Shown<RecoveryCodes>> {
    let (tenant, user) = (caller.tenant(), caller.user()?);
    let attempt = try_code(&caller, address).await?;
    let proof = read(&form.code)?;
    let (codes, hashes) = fresh_codes()?;
    let keyring = &caller.app.keyring;
    let (by, keep) = (&caller.actor, caller.login);
    let confirmed = tenant.confirm_second_factor(keyring, by, user, &proof, &hashes, keep);
    check(confirmed.await?)?;
    attempt.succeed(&caller.app).await?;
    caller.app.expel(tenant.organization(), Who::User(user));
    Ok(Shown(codes))
}

/// Who it is, by both proofs.
#[derive(Deserialize, ToSchema)]
pub struct BothProofs {
    #[schema(value_type = String)]
    password: SecretString,
    /// Of the app, or a recovery code.
    #[schema(value_type = String)]
    code: SecretString,
}

/// No code is asked for any more; the caller's other log-ins end.
pub async fn delete(
    caller: Caller<UseAccount>,
    address: ClientAddress,
    Body(form): Body<BothProofs>,
) -> ApiResult<Done> {
    let (tenant, user) = (caller.tenant(), caller.user()?);
    let password = prove(&caller, address, &form.password).await?;
    password.pause(&caller.app).await?;
    let attempt = try_code(&caller, address).await?;
    let proof = read(&form.code)?;
    let keyring = &caller.app.keyring;
    let (by, keep) = (&caller.actor, caller.login);
    let dropped = tenant.drop_second_factor(keyring, by, user, &proof, keep);
    check(dropped.await?)?;
    attempt.succeed(&caller.app).await?;
    caller.app.expel(tenant.organization(), Who::User(user));
    Ok(Done)
}

/// Makes other recovery codes; those before are good for nothing.
pub async fn renew_codes(
    caller: Caller<UseAccount>,
    address: ClientAddress,
    Body(form): Body<BothProofs>,
) -> ApiResult<Shown<RecoveryCodes>> {
    let (tenant, user) = (caller.tenant(), caller.user()?);
    let password = prove(&caller, address, &form.password).await?;
    password.pause(&caller.app).await?;
    let attempt = try_code(&caller, address).await?;
    let proof = read(&form.code)?;
    let (codes, hashes) = fresh_codes()?;
    let keyring = &caller.app.keyring;
    let renewed = tenant.renew_recovery_codes(keyring, &caller.actor, user, &proof, &hashes);
    check(renewed.await?)?;
    attempt.succeed(&caller.app).await?;
    Ok(Shown(codes))
}

/// Takes the second factor of somebody who lost it; all their log-ins end, and they enter by password again.
pub async fn reset(caller: Caller<ManageUsers>, Path(id): Path<UserId>) -> ApiResult<Done> {
    let tenant = caller.tenant();
    let user = tenant.find_user(id).await?;
    caller.check_reaches(user.role)?;
    // A key that somebody made for themselves is no other person.
    if caller.user()? == id {
        // An open page that somebody else sits at must not be enough.
        return Err(ApiError::of(Code::Forbidden).detail("your own needs password and code"));
    }
    check(tenant.reset_second_factor(&caller.actor, id).await?)?;
    caller.app.expel(tenant.organization(), Who::User(id));
    Ok(Done)
}

/// Counted apart from passwords: whoever knows the password must not buy tries of codes with it.
async fn try_code(caller: &Caller<UseAccount>, address: ClientAddress) -> ApiResult<Attempt> {
    let user = caller.user()?.to_string();
    Attempt::take(&caller.app, "code", address, &user).await
}

fn read(code: &SecretString) -> ApiResult<Proof> {
    Proof::read(code).ok_or(ApiError::of(Code::InvalidCode))
}

fn fresh_codes() -> ApiResult<(RecoveryCodes, Vec<Vec<u8>>)> {
    let set = RecoveryCode::set()?;
    let hashes = set.iter().map(RecoveryCode::hash).collect();
    let recovery_codes = set.iter().map(RecoveryCode::shown).collect();
    Ok((RecoveryCodes { recovery_codes }, hashes))
}

const fn check(change: FactorChange) -> ApiResult<()> {
    match change {
        FactorChange::Done => Ok(()),
        FactorChange::Wrong => Err(ApiError::of(Code::InvalidCode)),
        FactorChange::On => Err(ApiError::of(Code::TwoFactorOn)),
        FactorChange::Off => Err(ApiError::of(Code::TwoFactorOff)),
    }
}
