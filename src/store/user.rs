//! People of an organization: how they are found, listed and changed. An e-mail belongs to one user of the
//! whole installation and is kept in small letters.

mod choice;
mod password;
mod register;
mod second_factor;

pub use self::choice::Notifications;
pub use self::register::NewOwner;
pub use self::second_factor::{Answered, FactorChange, SecondFactor};

use actors::model::ids::{ApiKeyId, OrganizationId, UserId};
use actors::model::user::{Actor, Role, Who};
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::db::Conn;
use super::handed_out::{self, Ending};
use super::schema::{organizations, users};
use super::{Tenant, Unscoped, audit, event, field, login};
use crate::{in_tx, lock_first, with_conn};

/// A user as it lies in the database, without the hash of the password.
#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
struct UserRow {
    id: i64,
    organization_id: i64,
    email: String,
    name: String,
    role: String,
    disabled: bool,
    created_at: NaiveDateTime,
    second_factor_since: Option<NaiveDateTime>,
}

impl UserRow {
    fn model(self) -> Result<User, StoreError> {
        Ok(User {
            id: UserId(self.id),
            organization: OrganizationId(self.organization_id),
            role: field::named("role", &self.role, Role::parse)?,
            email: self.email,
            name: self.name,
            disabled: self.disabled,
            two_factor: self.second_factor_since.is_some(),
            created_at: field::instant(self.created_at),
        })
    }
}

/// A person who works in the dashboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    pub organization: OrganizationId,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub disabled: bool,
    /// Whether a code is asked for besides the password.
    pub two_factor: bool,
    pub created_at: Timestamp,
}

impl User {
    /// The user as somebody who does something.
    pub fn actor(&self) -> Actor {
        Actor {
            organization: self.organization,
            who: Who::User(self.id),
            name: self.name.clone(),
            role: self.role,
        }
    }
}

/// A user with what proves them.
#[derive(Clone)]
pub struct Account {
    pub user: User,
    pub password_hash: String,
}

impl Account {
    /// Whether whoever proved themselves by what the account was may come in by what it is now.
    pub fn lets_in_as(&self, before: &Self) -> bool {
        let same = self.password_hash == before.password_hash
            && self.user.two_factor == before.user.two_factor;
        same && !self.user.disabled
    }
}

/// What is to change; None stays.
#[derive(Clone, Debug, Default)]
pub struct UserChange {
    pub role: Option<Role>,
    pub disabled: Option<bool>,
    /// The API keys that they made go on, though they may not make them any more.
    pub keeps_keys: bool,
}

/// What became of a change.
#[derive(Clone, Debug)]
pub enum UserChanged {
    /// With the API keys that ended by it.
    Done(User, Vec<ApiKeyId>),
    /// It would leave the organization without an owner who can enter.
    LastOwner,
}

impl Unscoped {
    /// The account with this e-mail.
    pub async fn find_account(&self, email: &str) -> Result<Option<Account>, StoreError> {
        let mut conn = self.db().read().await?;
        let found: Option<(UserRow, String)> = with_conn!(&mut conn, |c| users::table
            .filter(users::email.eq(email))
            .select((UserRow::as_select(), users::password_hash))
            .first(c)
            .await
            .optional())?;
        found.map(account).transpose()
    }
}

impl Tenant {
    /// The organization's name.
    pub async fn organization_name(&self) -> Result<String, StoreError> {
        let mut conn = self.db().read().await?;
        with_conn!(&mut conn, |c| organizations::table
            .find(self.org())
            .select(organizations::name)
            .first(c)
            .await)
    }

    /// The users, oldest first, after the user `after`.
    pub async fn list_users(
        &self,
        after: Option<UserId>,
        limit: i64,
    ) -> Result<Vec<User>, StoreError> {
        let mut conn = self.db().read().await?;
        let after = after.map_or(0, |id| id.0);
        let rows: Vec<UserRow> = with_conn!(&mut conn, |c| users::table
            .filter(users::organization_id.eq(self.org()))
            .filter(users::id.gt(after))
            .order(users::id)
            .limit(limit)
            .select(UserRow::as_select())
            .load(c)
            .await)?;
        rows.into_iter().map(UserRow::model).collect()
    }

    /// One user.
    pub async fn find_user(&self, id: UserId) -> Result<User, StoreError> {
        let mut conn = self.db().read().await?;
        Ok(find(&mut conn, self.org(), id).await?.user)
    }

    /// Which of these are users of the organization.
    pub async fn known_users(&self, ids: &[UserId]) -> Result<Vec<UserId>, StoreError> {
        let mut conn = self.db().read().await?;
        let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let known: Vec<i64> = with_conn!(&mut conn, |c| users::table
            .filter(users::organization_id.eq(self.org()))
            .filter(users::id.eq_any(&ids))
            .select(users::id)
            .load(c)
            .await)?;
        Ok(known.into_iter().map(UserId).collect())
    }

    /// One user with what proves them.
    pub async fn find_own_account(&self, id: UserId) -> Result<Account, StoreError> {
        let mut conn = self.db().read().await?;
        find(&mut conn, self.org(), id).await
    }

    /// Gives a user another name.
    pub async fn rename_user(
        &self,
        by: &Actor,
        id: UserId,
        name: &str,
    ) -> Result<User, StoreError> {
        in_tx!(self.db(), |conn| {
            let row: UserRow = with_conn!(conn, |c| diesel::update(
                users::table
                    .filter(users::organization_id.eq(self.org()))
                    .filter(users::id.eq(id.0))
            )
            .set((
                users::name.eq(name),
                users::updated_at.eq(Timestamp::now().naive()),
            ))
            .returning(UserRow::as_returning())
            .get_result(c)
            .await)?;
            let details = json!({"name": name});
            audit::record(
                conn,
                self.store(),
                by,
                "user.renamed",
                &id.to_string(),
                &details,
            )
            .await?;
            row.model()
        })
    }

    /// Changes a user's role or locks them out; a locked-out user's log-ins end.
    pub async fn change_user(
        &self,
        by: &Actor,
        id: UserId,
        change: &UserChange,
    ) -> Result<UserChanged, StoreError> {
        in_tx!(self.db(), |conn| {
            // Locks the organization's row, so that two owners can't remove each other at once.
            event::take_seqs(conn, self.org(), 0).await?;
            let before = find(conn, self.org(), id).await?.user;
            let role = change.role.unwrap_or(before.role);
            let disabled = change.disabled.unwrap_or(before.disabled);
            let stays_owner = role == Role::Owner && !disabled;
            if before.role == Role::Owner && !stays_owner && !self.has_other_owner(conn, id).await?
            {
                return Ok(UserChanged::LastOwner);
            }
            if disabled || role != before.role {
                // Whoever made a link to their account may not have reached who they are now. Before the user's row, as where
                // a link is used.
                password::drop_resets(conn, id).await?;
            }
            let now = Timestamp::now();
            let row: UserRow = with_conn!(conn, |c| diesel::update(users::table.find(id.0))
                .set((
                    users::role.eq(role.as_str()),
                    users::disabled.eq(disabled),
                    users::updated_at.eq(now.naive()),
                ))
                .returning(UserRow::as_returning())
                .get_result(c)
                .await)?;
            if disabled {
                login::revoke_all(conn, self.org(), id, None, now).await?;
            }
            // Once: what was kept then is kept when something else changes.
            let leaves = disabled && !before.disabled;
            let keys = if leaves || role < before.role {
                let ending = Ending {
                    above: (!leaves).then_some(role),
                    keeps_keys: change.keeps_keys,
                };
                handed_out::end(conn, self.org(), Who::User(id), ending).await?
            } else {
                Vec::new()
            };
            let details = json!({
                "role": {"from": before.role, "to": role},
                "disabled": {"from": before.disabled, "to": disabled},
                "api_keys_revoked": keys,
            });
            audit::record(
                conn,
                self.store(),
                by,
                "user.changed",
                &id.to_string(),
                &details,
            )
            .await?;
            Ok(UserChanged::Done(row.model()?, keys))
        })
    }

    async fn has_other_owner(&self, conn: &mut Conn, id: UserId) -> Result<bool, StoreError> {
        let others: i64 = with_conn!(conn, |c| users::table
            .filter(users::organization_id.eq(self.org()))
            .filter(users::role.eq(Role::Owner.as_str()))
            .filter(users::disabled.eq(false))
            .filter(users::id.ne(id.0))
            .count()
            .get_result(c)
            .await)?;
        Ok(others > 0)
    }
}

/// The user as they are until the present transaction ends: whoever ends log-ins changes their row first, and waits.
pub(super) async fn hold(
    conn: &mut Conn,
    organization: i64,
    id: UserId,
) -> Result<Account, StoreError> {
    let held: Option<i64> = lock_first!(
        conn,
        users::table
            .filter(users::organization_id.eq(organization))
            .filter(users::id.eq(id.0))
            .select(users::id)
    )?;
    held.ok_or(StoreError::NotFound)?;
    find(conn, organization, id).await
}

async fn find(conn: &mut Conn, organization: i64, id: UserId) -> Result<Account, StoreError> {
    let found: (UserRow, String) = with_conn!(conn, |c| users::table
        .filter(users::organization_id.eq(organization))
        .filter(users::id.eq(id.0))
        .select((UserRow::as_select(), users::password_hash))
        .first(c)
        .await)?;
    account(found)
}

fn account((row, password_hash): (UserRow, String)) -> Result<Account, StoreError> {
    Ok(Account {
        user: row.model()?,
        password_hash,
    })
}
