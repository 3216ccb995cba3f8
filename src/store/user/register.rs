//! How users come to be: the first one founds the organization, the others follow invitations.

use actors::model::ids::{OrganizationId, UserId};
use actors::model::user::{Actor, Role};
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::{User, UserRow};
use crate::store::db::{Conn, refused};
use crate::store::invitation::{self, Taken};
use crate::store::schema::{organizations, users};
use crate::store::{Store, Tenant, Unscoped, audit};
use crate::{in_tx, with_conn};

/// The first user and their organization.
#[derive(Clone)]
pub struct NewOwner {
    pub organization: String,
    pub name: String,
    pub email: String,
    pub password_hash: String,
}

/// A user to be stored.
struct NewUser<'a> {
    organization: i64,
    name: &'a str,
    email: &'a str,
    role: Role,
    password_hash: &'a str,
}

impl Unscoped {
    /// Whether nobody registered yet.
    pub async fn is_registration_open(&self) -> Result<bool, StoreError> {
        let mut conn = self.db().read().await?;
        is_empty(&mut conn).await
    }

    /// Founds the organization; None when somebody else was first.
    pub async fn register_owner(&self, new: &NewOwner) -> Result<Option<User>, StoreError> {
        let organization = self.store().next_id();
        in_tx!(self.db(), |conn| {
            if let Conn::Postgres(object) = conn {
                // SQLite's transaction holds the only writer already.
                diesel::sql_query("LOCK TABLE organizations IN SHARE ROW EXCLUSIVE MODE")
                    .execute(&mut **object)
                    .await
                    .map_err(refused)?;
            }
            if !is_empty(conn).await? {
                return Ok(None);
            }
            let row = (
                organizations::id.eq(organization),
                organizations::name.eq(&new.organization),
                organizations::created_at.eq(Timestamp::now().naive()),
            );
            with_conn!(conn, |c| diesel::insert_into(organizations::table)
                .values(row)
                .execute(c)
                .await)?;
            let owner = NewUser {
                organization,
                name: &new.name,
                email: &new.email,
                role: Role::Owner,
                password_hash: &new.password_hash,
            };
            let user = insert(conn, self.store(), &owner).await?;
            let subject = OrganizationId(organization).to_string();
            let details = json!({"name": new.organization});
            let by = user.actor();
            audit::record(
                conn,
                self.store(),
                &by,
                "organization.created",
                &subject,
                &details,
            )
            .await?;
            Ok(Some(user))
        })
    }

    /// Makes a user of an invitation; None when it is not (or no longer) valid, `Conflict` when a user with
    /// its e-mail exists.
    pub async fn accept_invitation(
        &self,
        hash: &[u8],
        name: &str,
        password_hash: &str,
        now: Timestamp,
    ) -> Result<Option<User>, StoreError> {
        in_tx!(self.db(), |conn| {
            let Some(taken) = invitation::take(conn, hash, now).await? else {
                return Ok(None);
            };
            let Taken {
                id,
                organization,
                email,
                role,
            } = taken;
            let new = NewUser {
                organization: organization.0,
                name,
                email: &email,
                role,
                password_hash,
            };
            let user = insert(conn, self.store(), &new).await?;
            let subject = user.id.to_string();
            let details = json!({"invitation": id, "role": role});
            audit::record(
                conn,
                self.store(),
                &user.actor(),
                "user.joined",
                &subject,
                &details,
            )
            .await?;
            Ok(Some(user))
        })
    }
}

impl Tenant {
    /// Makes a user without an invitation, for tools that set an organization up.
    pub async fn add_user(
        &self,
        by: &Actor,
        name: &str,
        email: &str,
        role: Role,
        password_hash: &str,
    ) -> Result<User, StoreError> {
        in_tx!(self.db(), |conn| {
            let new = NewUser {
                organization: self.org(),
                name,
                email,
                role,
                password_hash,
            };
            let user = insert(conn, self.store(), &new).await?;
            let (subject, details) = (user.id.to_string(), json!({"role": role}));
            audit::record(conn, self.store(), by, "user.added", &subject, &details).await?;
            Ok(user)
        })
    }
}

async fn is_empty(conn: &mut Conn) -> Result<bool, StoreError> {
    let first: Option<i64> = with_conn!(conn, |c| organizations::table
        .select(organizations::id)
        .first(c)
        .await
        .optional())?;
    Ok(first.is_none())
}

async fn insert(conn: &mut Conn, store: &Store, new: &NewUser<'_>) -> Result<User, StoreError> {
    let id = UserId(store.next_id());
    let now = Timestamp::now().naive();
    let row = (
        users::id.eq(id.0),
        users::organization_id.eq(new.organization),
        users::email.eq(new.email),
        users::name.eq(new.name),
        users::role.eq(new.role.as_str()),
        users::password_hash.eq(new.password_hash),
        users::disabled.eq(false),
        users::created_at.eq(now),
        users::updated_at.eq(now),
    );
    let row: UserRow = with_conn!(conn, |c| diesel::insert_into(users::table)
        .values(row)
        .returning(UserRow::as_returning())
        .get_result(c)
        .await)?;
    row.model()
}
