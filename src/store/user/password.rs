//! New passwords: by the user, or by a link that works once. Either way the user's other log-ins end.

use actors::model::ids::{LoginId, UserId};
use actors::model::user::Actor;
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::{User, find};
use crate::store::db::Conn;
use crate::store::schema::{password_resets, users};
use crate::store::{Tenant, Unscoped, audit, handed_out, login};
use crate::{in_tx, with_conn};

impl Tenant {
    /// Gives the user a new password and ends their log-ins, all but `keep`.
    pub async fn change_password(
        &self,
        by: &Actor,
        id: UserId,
        password_hash: &str,
        keep: Option<LoginId>,
    ) -> Result<(), StoreError> {
        in_tx!(self.db(), |conn| {
            find(conn, self.org(), id).await?;
            set(conn, id, password_hash).await?;
            let now = Timestamp::now();
            login::revoke_all(conn, self.org(), id, keep, now).await?;
            let subject = id.to_string();
            audit::record(
                conn,
                self.store(),
                by,
                "user.password_changed",
                &subject,
                &json!({}),
            )
            .await
        })
    }

    /// Stores a link for a new password; earlier ones of the same user end.
    pub async fn create_reset(
        &self,
        by: &Actor,
        id: UserId,
        hash: &[u8],
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        in_tx!(self.db(), |conn| {
            let role = find(conn, self.org(), id).await?.user.role;
            handed_out::check(conn, self.org(), by.who, role).await?;
            drop_resets(conn, id).await?;
            let row = (
                password_resets::hash.eq(hash),
                password_resets::organization_id.eq(self.org()),
                password_resets::user_id.eq(id.0),
                password_resets::expires_at.eq(expires_at.naive()),
                password_resets::maker.eq(handed_out::maker(by.who)),
            );
            with_conn!(conn, |c| diesel::insert_into(password_resets::table)
                .values(row)
                .execute(c)
                .await)?;
            let subject = id.to_string();
            let details = json!({"expires_at": expires_at});
            audit::record(
                conn,
                self.store(),
                by,
                "user.reset_link_created",
                &subject,
                &details,
            )
            .await
        })
    }
}

impl Unscoped {
    /// Gives the user of a link a new password; None when the link is not (or no longer) valid.
    pub async fn reset_password(
        &self,
        hash: &[u8],
        password_hash: &str,
        now: Timestamp,
    ) -> Result<Option<User>, StoreError> {
        in_tx!(self.db(), |conn| {
            // One statement decides, so that a link works once.
            let used: Option<(i64, i64)> = with_conn!(conn, |c| diesel::update(
                password_resets::table
                    .filter(password_resets::hash.eq(hash))
                    .filter(password_resets::used_at.is_null())
                    .filter(password_resets::expires_at.gt(now.naive()))
            )
            .set(password_resets::used_at.eq(Some(now.naive())))
            .returning((password_resets::organization_id, password_resets::user_id))
            .get_result(c)
            .await
            .optional())?;
            let Some((organization, user)) = used else {
                return Ok(None);
            };
            let user = find(conn, organization, UserId(user)).await?.user;
            set(conn, user.id, password_hash).await?;
            login::revoke_all(conn, organization, user.id, None, now).await?;
            let (by, subject) = (user.actor(), user.id.to_string());
            let details = json!({"by": "link"});
            audit::record(
                conn,
                self.store(),
                &by,
                "user.password_changed",
                &subject,
                &details,
            )
            .await?;
            Ok(Some(user))
        })
    }
}

/// Sets the hash and ends the links that are open.
async fn set(conn: &mut Conn, id: UserId, password_hash: &str) -> Result<(), StoreError> {
    with_conn!(conn, |c| diesel::update(users::table.find(id.0))
        .set((
            users::password_hash.eq(password_hash),
            users::updated_at.eq(Timestamp::now().naive()),
        ))
        .execute(c)
        .await)?;
    drop_resets(conn, id).await
}

pub(super) async fn drop_resets(conn: &mut Conn, id: UserId) -> Result<(), StoreError> {
    with_conn!(conn, |c| diesel::delete(
        password_resets::table.filter(password_resets::user_id.eq(id.0))
    )
    .execute(c)
    .await)?;
    Ok(())
}
