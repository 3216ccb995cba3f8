//! Where somebody is signed in, and how that ends: by themselves or by an admin.

use actors::model::ids::{LoginId, UserId};
use actors::model::user::Actor;
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::{revoke, revoke_all};
use crate::store::schema::logins;
use crate::store::{Tenant, audit, field};
use crate::{in_tx, with_conn};

/// A log-in that still counts, as it lies in the database.
#[derive(Queryable, Selectable)]
#[diesel(table_name = logins)]
struct LoginRow {
    id: i64,
    created_at: NaiveDateTime,
    last_used_at: Option<NaiveDateTime>,
    address: Option<String>,
    client: Option<String>,
}

/// A log-in that still counts.
#[derive(Clone, Debug)]
pub struct OpenLogin {
    pub id: LoginId,
    pub created_at: Timestamp,
    pub last_used_at: Timestamp,
    /// None for one from before this was kept.
    pub address: Option<String>,
    pub client: Option<String>,
}

impl From<LoginRow> for OpenLogin {
    fn from(row: LoginRow) -> Self {
        Self {
            id: LoginId(row.id),
            created_at: field::instant(row.created_at),
            last_used_at: field::instant(row.last_used_at.unwrap_or(row.created_at)),
            address: row.address,
            client: row.client,
        }
    }
}

/// Which log-ins of a user end.
#[derive(Clone, Copy, Debug)]
pub enum Which {
    One(LoginId),
    /// All but the one from which it is asked, if it is one.
    AllBut(Option<LoginId>),
}

impl Tenant {
    /// The log-ins of a user that count at `now`, newest first, after the log-in `after`.
    pub async fn list_logins(
        &self,
        user: UserId,
        after: Option<LoginId>,
        limit: i64,
        now: Timestamp,
    ) -> Result<Vec<OpenLogin>, StoreError> {
        let mut conn = self.db().read().await?;
        let rows: Vec<LoginRow> = with_conn!(&mut conn, |c| logins::table
            .filter(logins::organization_id.eq(self.org()))
            .filter(logins::user_id.eq(user.0))
            .filter(logins::revoked_at.is_null())
            .filter(logins::expires_at.gt(now.naive()))
            .filter(logins::id.lt(after.map_or(i64::MAX, |id| id.0)))
            .order(logins::id.desc())
            .limit(limit)
            .select(LoginRow::as_select())
            .load(c)
            .await)?;
        Ok(rows.into_iter().map(OpenLogin::from).collect())
    }

    /// Ends log-ins of a user: their refresh tokens and access tokens. One that is not there, or has ended, is not
    /// found; of all there may be none.
    pub async fn sign_out(
        &self,
        by: &Actor,
        user: UserId,
        which: Which,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        in_tx!(self.db(), |conn| {
            let details = match which {
                Which::AllBut(keep) => {
                    let ended = revoke_all(conn, self.org(), user, keep, now).await?;
                    if ended == 0 {
                        return Ok(());
                    }
                    json!({"logins": ended})
                }
                Which::One(id) => {
                    let open: i64 = with_conn!(conn, |c| logins::table
                        .filter(logins::organization_id.eq(self.org()))
                        .filter(logins::user_id.eq(user.0))
                        .filter(logins::id.eq(id.0))
                        .filter(logins::revoked_at.is_null())
                        .filter(logins::expires_at.gt(now.naive()))
                        .select(logins::id)
                        .first(c)
                        .await)?;
                    revoke(conn, &[open], now).await?;
                    json!({"login": id})
                }
            };
            let (action, subject) = ("user.signed_out", user.to_string());
            audit::record(conn, self.store(), by, action, &subject, &details).await
        })
    }
}
