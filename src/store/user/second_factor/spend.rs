//! Whether a code is right, and that it is so only once. The secret is sealed for its organization and user, so that
//! one moved to somebody else's row does not open (SECURITY row 48).

use actors::model::ids::{OrganizationId, UserId};
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use secrecy::ExposeSecret;

use crate::secret::Keyring;
use crate::secret::second_factor::{Proof, Seed};
use crate::store::db::Conn;
use crate::store::schema::{recovery_codes, users};
use crate::with_conn;

/// By what somebody proved themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spent {
    Code,
    RecoveryCode,
}

impl Spent {
    /// How the audit log names it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::RecoveryCode => "recovery_code",
        }
    }
}

/// Uses `proof` up; None when it is wrong or was used before.
pub(super) async fn spend(
    conn: &mut Conn,
    keyring: &Keyring,
    organization: OrganizationId,
    user: UserId,
    proof: &Proof,
    now: Timestamp,
) -> Result<Option<Spent>, StoreError> {
    if let Proof::Recovery(hash) = proof {
        // One statement decides, so that a code works once.
        let used: usize = with_conn!(conn, |c| diesel::update(
            recovery_codes::table
                .filter(recovery_codes::organization_id.eq(organization.0))
                .filter(recovery_codes::user_id.eq(user.0))
                .filter(recovery_codes::hash.eq(hash))
                .filter(recovery_codes::used_at.is_null())
        )
        .set(recovery_codes::used_at.eq(Some(now.naive())))
        .execute(c)
        .await)?;
        return Ok((used > 0).then_some(Spent::RecoveryCode));
    }
    let first = first_step(conn, keyring, organization, user, proof, now).await?;
    let Some((_, Some(step))) = first else {
        return Ok(None);
    };
    let newer: usize = with_conn!(conn, |c| diesel::update(
        users::table
            .filter(users::organization_id.eq(organization.0))
            .filter(users::id.eq(user.0))
            .filter(users::second_factor_since.is_not_null())
            .filter(users::second_factor_step.lt(step))
    )
    .set(users::second_factor_step.eq(Some(step)))
    .execute(c)
    .await)?;
    Ok((newer > 0).then_some(Spent::Code))
}

/// The user's secret as it is stored, and the step whose code `proof` is; None without a secret.
pub(super) async fn first_step(
    conn: &mut Conn,
    keyring: &Keyring,
    organization: OrganizationId,
    user: UserId,
    proof: &Proof,
    now: Timestamp,
) -> Result<Option<(Vec<u8>, Option<i64>)>, StoreError> {
    let sealed: Option<Vec<u8>> = with_conn!(conn, |c| users::table
        .filter(users::organization_id.eq(organization.0))
        .filter(users::id.eq(user.0))
        .select(users::second_factor)
        .first(c)
        .await)?;
    let Some(sealed) = sealed else {
        return Ok(None);
    };
    let Proof::Code(code) = proof else {
        return Ok(Some((sealed, None)));
    };
    let opened = keyring.open(&aad(organization, user), &sealed);
    let seed = Seed::of(opened.map_err(broken)?);
    let step = seed.step_of(code.expose_secret(), now).map_err(broken)?;
    Ok(Some((sealed, step)))
}

/// The place for which the secret is sealed.
pub(super) fn aad(organization: OrganizationId, user: UserId) -> String {
    format!("{organization}/{user}/second_factor")
}

pub(super) fn broken(error: impl std::fmt::Display) -> StoreError {
    StoreError::Broken(error.to_string())
}
