//! Log-ins: families of refresh tokens, each token good for one use.

use actors::model::ids::{LoginId, OrganizationId, UserId};
use actors::model::user::Role;
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::schema::{logins, users};
use super::{Unscoped, field};
use crate::with_conn;

/// A log-in and the user behind it, as they are now.
#[derive(Clone, Debug)]
pub struct LoginState {
    pub organization: OrganizationId,
    pub user: UserId,
    pub name: String,
    pub role: Role,
    pub disabled: bool,
    pub revoked: bool,
    pub expires_at: Timestamp,
}

impl LoginState {
    /// Whether its tokens still count at `now`.
    pub fn is_open(&self, now: Timestamp) -> bool {
        !self.disabled && !self.revoked && now < self.expires_at
    }
}

type LoginColumns = (
    i64,
    i64,
    String,
    String,
    bool,
    Option<NaiveDateTime>,
    NaiveDateTime,
);

impl Unscoped {
    /// The log-in that an access token names.
    pub async fn find_login(&self, id: LoginId) -> Result<Option<LoginState>, StoreError> {
        let mut conn = self.db().read().await?;
        let found: Option<LoginColumns> = with_conn!(&mut conn, |c| logins::table
            .inner_join(users::table)
            .filter(logins::id.eq(id.0))
            .select((
                logins::organization_id,
                users::id,
                users::name,
                users::role,
                users::disabled,
                logins::revoked_at,
                logins::expires_at,
            ))
            .first(c)
            .await
            .optional())?;
        found.map(login_state).transpose()
    }
}

fn login_state(columns: LoginColumns) -> Result<LoginState, StoreError> {
    let (organization, user, name, role, disabled, revoked_at, expires_at) = columns;
    Ok(LoginState {
        organization: OrganizationId(organization),
        user: UserId(user),
        name,
        role: field::named("role", &role, Role::parse)?,
        disabled,
        revoked: revoked_at.is_some(),
        expires_at: field::instant(expires_at),
    })
}
