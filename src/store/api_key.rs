//! Keys for programs: kept as hashes, shown once, never deleted, only revoked.

use actors::model::ids::{ApiKeyId, OrganizationId};
use actors::model::user::{Actor, Role, Who};
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::handed_out::{self, Ending};
use super::schema::api_keys;
use super::{Tenant, Unscoped, audit, event, field};
use crate::{in_tx, with_conn};

/// A key as it lies in the database, without its hash.
#[derive(Queryable, Selectable)]
#[diesel(table_name = api_keys)]
struct KeyRow {
    id: i64,
    organization_id: i64,
    name: String,
    prefix: String,
    role: String,
    created_at: NaiveDateTime,
    expires_at: Option<NaiveDateTime>,
    last_used_at: Option<NaiveDateTime>,
    made_by: Option<String>,
}

impl KeyRow {
    fn model(self) -> Result<ApiKey, StoreError> {
        Ok(ApiKey {
            id: ApiKeyId(self.id),
            organization: OrganizationId(self.organization_id),
            name: self.name,
            prefix: self.prefix,
            role: field::named("role", &self.role, Role::parse)?,
            created_at: field::instant(self.created_at),
            expires_at: field::instant_opt(self.expires_at),
            last_used_at: field::instant_opt(self.last_used_at),
            made_by: self.made_by,
        })
    }
}

/// A key that was not revoked.
#[derive(Clone, Debug)]
pub struct ApiKey {
    pub id: ApiKeyId,
    pub organization: OrganizationId,
    pub name: String,
    /// How it begins, to recognise it.
    pub prefix: String,
    pub role: Role,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
    /// The name of who made it; None for those of old.
    pub made_by: Option<String>,
}

/// A key to be stored.
#[derive(Clone, Debug)]
pub struct NewApiKey {
    pub name: String,
    pub prefix: String,
    pub hash: Vec<u8>,
    pub role: Role,
    pub expires_at: Option<Timestamp>,
}

impl Tenant {
    /// The keys that were not revoked, newest first, after the key `after`.
    pub async fn list_api_keys(
        &self,
        after: Option<ApiKeyId>,
        limit: i64,
    ) -> Result<Vec<ApiKey>, StoreError> {
        let mut conn = self.db().read().await?;
        let before = after.map_or(i64::MAX, |id| id.0);
        let rows: Vec<KeyRow> = with_conn!(&mut conn, |c| api_keys::table
            .filter(api_keys::organization_id.eq(self.org()))
            .filter(api_keys::revoked_at.is_null())
            .filter(api_keys::id.lt(before))
            .order(api_keys::id.desc())
            .limit(limit)
            .select(KeyRow::as_select())
            .load(c)
            .await)?;
        rows.into_iter().map(KeyRow::model).collect()
    }

    /// Stores a key made by `by`.
    pub async fn create_api_key(&self, by: &Actor, new: &NewApiKey) -> Result<ApiKey, StoreError> {
        let id = self.store().next_id();
        in_tx!(self.db(), |conn| {
            handed_out::check(conn, self.org(), by.who, new.role).await?;
            let row = (
                api_keys::id.eq(id),
                api_keys::organization_id.eq(self.org()),
                api_keys::name.eq(&new.name),
                api_keys::prefix.eq(&new.prefix),
                api_keys::hash.eq(&new.hash),
                api_keys::role.eq(new.role.as_str()),
                api_keys::created_at.eq(Timestamp::now().naive()),
                api_keys::expires_at.eq(new.expires_at.map(Timestamp::naive)),
                api_keys::maker.eq(handed_out::maker(by.who)),
                api_keys::made_by.eq(&by.name),
            );
            let row: KeyRow = with_conn!(conn, |c| diesel::insert_into(api_keys::table)
                .values(row)
                .returning(KeyRow::as_returning())
                .get_result(c)
                .await)?;
            let details = json!({"name": new.name, "role": new.role});
            let subject = ApiKeyId(id).to_string();
            audit::record(
                conn,
                self.store(),
                by,
                "api_key.created",
                &subject,
                &details,
            )
            .await?;
            row.model()
        })
    }

    /// What a key that was not revoked may do.
    pub async fn role_of_api_key(&self, id: ApiKeyId) -> Result<Role, StoreError> {
        let mut conn = self.db().read().await?;
        let role: String = with_conn!(&mut conn, |c| api_keys::table
            .filter(api_keys::organization_id.eq(self.org()))
            .filter(api_keys::id.eq(id.0))
            .filter(api_keys::revoked_at.is_null())
            .select(api_keys::role)
            .first(c)
            .await)?;
        field::named("role", &role, Role::parse)
    }

    /// Revokes a key for good, and what was handed out with it; returns all keys that ended.
    pub async fn revoke_api_key(
        &self,
        by: &Actor,
        id: ApiKeyId,
    ) -> Result<Vec<ApiKeyId>, StoreError> {
        in_tx!(self.db(), |conn| {
            // Whoever makes something with it at the moment is done before, or finds it revoked.
            event::take_seqs(conn, self.org(), 0).await?;
            let changed: usize = with_conn!(conn, |c| diesel::update(
                api_keys::table
                    .filter(api_keys::organization_id.eq(self.org()))
                    .filter(api_keys::id.eq(id.0))
                    .filter(api_keys::revoked_at.is_null())
            )
            .set(api_keys::revoked_at.eq(Some(Timestamp::now().naive())))
            .execute(c)
            .await)?;
            if changed == 0 {
                return Err(StoreError::NotFound);
            }
            let all = Ending::default();
            let mut ended = handed_out::end(conn, self.org(), Who::ApiKey(id), all).await?;
            ended.push(id);
            for id in &ended {
                let (action, subject) = ("api_key.revoked", id.to_string());
                audit::record(conn, self.store(), by, action, &subject, &json!({})).await?;
            }
            Ok(ended)
        })
    }
}

impl Unscoped {
    /// The living key with this hash; whether it expired is for the caller to see.
    pub async fn find_api_key(&self, hash: &[u8]) -> Result<Option<ApiKey>, StoreError> {
        let mut conn = self.db().read().await?;
        let found: Option<KeyRow> = with_conn!(&mut conn, |c| api_keys::table
            .filter(api_keys::hash.eq(hash))
            .filter(api_keys::revoked_at.is_null())
            .select(KeyRow::as_select())
            .first(c)
            .await
            .optional())?;
        found.map(KeyRow::model).transpose()
    }

    /// Notes that a key was used.
    pub async fn touch_api_key(&self, id: ApiKeyId, now: Timestamp) -> Result<(), StoreError> {
        in_tx!(self.db(), |conn| {
            with_conn!(conn, |c| diesel::update(api_keys::table.find(id.0))
                .set(api_keys::last_used_at.eq(Some(now.naive())))
                .execute(c)
                .await)?;
            Ok(())
        })
    }
}
