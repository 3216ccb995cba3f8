//! Log-ins: families of refresh tokens, each token good for one use. A token that comes back after its use
//! was stolen by somebody, so its whole family ends.

mod sign_out;

pub use self::sign_out::{OpenLogin, Which};

use std::time::Duration;

use actors::model::ids::{LoginId, OrganizationId, UserId};
use actors::model::user::{Actor, Role, Who};
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};

use super::db::{Conn, at_once};
use super::schema::{login_challenges, logins, refresh_tokens, users};
use super::user::{Account, User, hold};
use super::{Store, Unscoped, audit, field};
use crate::{in_tx, with_conn};

/// So long may the same client use a token once more: two tabs, or an answer that got lost.
const GRACE: Duration = Duration::from_secs(10);

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

    fn actor(&self) -> Actor {
        Actor {
            organization: self.organization,
            who: Who::User(self.user),
            name: self.name.clone(),
            role: self.role,
        }
    }
}

/// From where somebody uses a log-in, as they would recognise it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    pub address: String,
    /// What the program calls itself, shortened.
    pub client: String,
}

/// A refresh token to be stored.
#[derive(Clone, Debug)]
pub struct NewToken {
    pub hash: Vec<u8>,
    pub device: Device,
    pub now: Timestamp,
    pub expires_at: Timestamp,
}

/// What became of a refresh token that was shown.
#[derive(Clone, Debug)]
pub enum Rotation {
    /// The new token took its place.
    Rotated {
        login: LoginId,
        user: UserId,
        organization: OrganizationId,
    },
    /// It was used before: the family is closed now.
    Reused {
        user: UserId,
        organization: OrganizationId,
    },
    /// Not known, too old, or of a closed family.
    Invalid,
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
        let mut conn = self.db().glance().await?;
        at_once(load(&mut conn, id.0)).await
    }

    /// Opens the log-in of somebody who was just made, with its first refresh token.
    pub async fn open_first_login(
        &self,
        user: &User,
        token: &NewToken,
    ) -> Result<LoginId, StoreError> {
        in_tx!(self.db(), |conn| {
            open(conn, self.store(), user, token, &json!({})).await
        })
    }

    /// Opens a log-in with its first refresh token for whoever knew the password of `account`; None when that was
    /// changed meanwhile, or they were locked out: their log-ins were ended, and this one must not outlive it.
    pub async fn open_login(
        &self,
        account: &Account,
        token: &NewToken,
    ) -> Result<Option<LoginId>, StoreError> {
        let user = &account.user;
        in_tx!(self.db(), |conn| {
            let now = hold(conn, user.organization.0, user.id).await?;
            if !now.lets_in_as(account) {
                return Ok(None);
            }
            let login = open(conn, self.store(), user, token, &json!({})).await?;
            Ok(Some(login))
        })
    }

    /// Exchanges the refresh token with `hash`, shown by `client`, for `next`.
    pub async fn rotate_token(
        &self,
        hash: &[u8],
        client: &str,
        next: &NewToken,
    ) -> Result<Rotation, StoreError> {
        in_tx!(self.db(), |conn| {
            let now = next.now;
            let (login, reused) = match use_token(conn, hash, client, now).await? {
                Use::First(login) | Use::Again(login) => (login, false),
                Use::Stolen(login) => (login, true),
                Use::Invalid => return Ok(Rotation::Invalid),
            };
            let Some(state) = load(conn, login).await? else {
                return Ok(Rotation::Invalid);
            };
            let (user, organization) = (state.user, state.organization);
            if reused {
                if !state.revoked {
                    revoke(conn, &[login], now).await?;
                    note_reuse(conn, self.store(), login, &state).await?;
                }
                return Ok(Rotation::Reused { user, organization });
            }
            if !state.is_open(now) {
                return Ok(Rotation::Invalid);
            }
            add_token(conn, login, next).await?;
            with_conn!(conn, |c| diesel::update(logins::table.find(login))
                .set((
                    logins::expires_at.eq(next.expires_at.naive()),
                    logins::last_used_at.eq(Some(now.naive())),
                    logins::address.eq(Some(&next.device.address)),
                    logins::client.eq(Some(&next.device.client)),
                ))
                .execute(c)
                .await)?;
            let login = LoginId(login);
            Ok(Rotation::Rotated {
                login,
                user,
                organization,
            })
        })
    }
}

/// Opens a log-in in the present transaction; `details` say for the audit log how it came about.
pub(super) async fn open(
    conn: &mut Conn,
    store: &Store,
    user: &User,
    token: &NewToken,
    details: &Value,
) -> Result<LoginId, StoreError> {
    let id = LoginId(store.next_id());
    let row = (
        logins::id.eq(id.0),
        logins::organization_id.eq(user.organization.0),
        logins::user_id.eq(user.id.0),
        logins::created_at.eq(token.now.naive()),
        logins::expires_at.eq(token.expires_at.naive()),
        logins::address.eq(Some(&token.device.address)),
        logins::client.eq(Some(&token.device.client)),
    );
    with_conn!(conn, |c| diesel::insert_into(logins::table)
        .values(row)
        .execute(c)
        .await)?;
    add_token(conn, id.0, token).await?;
    let subject = user.id.to_string();
    let mut details = details.clone();
    details["login"] = json!(id);
    let (by, action) = (user.actor(), "user.signed_in");
    audit::record(conn, store, &by, action, &subject, &details).await?;
    Ok(id)
}

/// Closes the log-ins of a user in the present transaction, all but `keep`, and those that are half done; tells how
/// many were open.
pub(crate) async fn revoke_all(
    conn: &mut Conn,
    organization: i64,
    user: UserId,
    keep: Option<LoginId>,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let open: Vec<i64> = with_conn!(conn, |c| logins::table
        .filter(logins::organization_id.eq(organization))
        .filter(logins::user_id.eq(user.0))
        .filter(logins::revoked_at.is_null())
        .filter(logins::id.ne(keep.map_or(0, |login| login.0)))
        .select(logins::id)
        .load(c)
        .await)?;
    revoke(conn, &open, now).await?;
    with_conn!(conn, |c| diesel::delete(
        login_challenges::table
            .filter(login_challenges::organization_id.eq(organization))
            .filter(login_challenges::user_id.eq(user.0))
    )
    .execute(c)
    .await)?;
    Ok(open.len())
}

async fn revoke(conn: &mut Conn, ids: &[i64], now: Timestamp) -> Result<(), StoreError> {
    with_conn!(conn, |c| diesel::update(
        logins::table
            .filter(logins::id.eq_any(ids))
            .filter(logins::revoked_at.is_null())
    )
    .set(logins::revoked_at.eq(Some(now.naive())))
    .execute(c)
    .await)?;
    Ok(())
}

async fn note_reuse(
    conn: &mut Conn,
    store: &Store,
    login: i64,
    state: &LoginState,
) -> Result<(), StoreError> {
    let by = Actor {
        who: Who::System,
        name: "the hub".to_owned(),
        ..state.actor()
    };
    let subject = state.user.to_string();
    let details = json!({"login": LoginId(login), "reason": "a refresh token was used twice"});
    audit::record(conn, store, &by, "user.signed_out", &subject, &details).await
}

async fn add_token(conn: &mut Conn, login: i64, token: &NewToken) -> Result<(), StoreError> {
    let row = (
        refresh_tokens::hash.eq(&token.hash),
        refresh_tokens::login_id.eq(login),
        refresh_tokens::created_at.eq(token.now.naive()),
        refresh_tokens::expires_at.eq(token.expires_at.naive()),
    );
    with_conn!(conn, |c| diesel::insert_into(refresh_tokens::table)
        .values(row)
        .execute(c)
        .await)?;
    Ok(())
}

/// How a refresh token was used, with its family.
enum Use {
    First(i64),
    /// A moment ago by the same client.
    Again(i64),
    Stolen(i64),
    Invalid,
}

async fn use_token(
    conn: &mut Conn,
    hash: &[u8],
    client: &str,
    now: Timestamp,
) -> Result<Use, StoreError> {
    // One statement decides who was first.
    let first: Option<i64> = with_conn!(conn, |c| diesel::update(
        refresh_tokens::table
            .filter(refresh_tokens::hash.eq(hash))
            .filter(refresh_tokens::used_at.is_null())
            .filter(refresh_tokens::expires_at.gt(now.naive()))
    )
    .set((
        refresh_tokens::used_at.eq(Some(now.naive())),
        refresh_tokens::used_by.eq(Some(client)),
    ))
    .returning(refresh_tokens::login_id)
    .get_result(c)
    .await
    .optional())?;
    if let Some(login) = first {
        return Ok(Use::First(login));
    }
    let known: Option<(i64, Option<NaiveDateTime>, Option<String>)> =
        with_conn!(conn, |c| refresh_tokens::table
            .find(hash)
            .select((
                refresh_tokens::login_id,
                refresh_tokens::used_at,
                refresh_tokens::used_by,
            ))
            .first(c)
            .await
            .optional())?;
    Ok(match known {
        Some((login, Some(used_at), used_by)) => {
            let is_recent = now.since(field::instant(used_at)) <= GRACE;
            if is_recent && used_by.as_deref() == Some(client) {
                Use::Again(login)
            } else {
                Use::Stolen(login)
            }
        }
        Some((_, None, _)) | None => Use::Invalid,
    })
}

async fn load(conn: &mut Conn, id: i64) -> Result<Option<LoginState>, StoreError> {
    let found: Option<LoginColumns> = with_conn!(conn, |c| logins::table
        .inner_join(users::table)
        .filter(logins::id.eq(id))
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
    found.map(state).transpose()
}

fn state(columns: LoginColumns) -> Result<LoginState, StoreError> {
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
