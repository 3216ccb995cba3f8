//! Canned responses: texts that agents write with a few letters, everybody's or one's own.

use actors::model::ids::{CannedResponseId, UserId};
use actors::model::user::Actor;
use actors::ports::store::{Receipt, StoreError};
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::Serialize;
use serde_json::json;

use super::conversation::pattern;
use super::directory::{Deed, Noun};
use super::owner::{number_of, owner_of, owners_for};
use super::schema::canned_responses;
use super::{Tenant, field};
use crate::{in_tx, with_conn};

/// A text at hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CannedResponse {
    pub id: CannedResponseId,
    /// What is written after the slash.
    pub shortcut: String,
    /// With `{{contact.name}}`, `{{contact.first_name}}`, `{{contact.phone}}`, `{{agent.name}}` and
    /// `{{agent.first_name}}` to be filled in.
    pub text: String,
    /// Whose it is; null: everybody's.
    pub owner_id: Option<UserId>,
    pub updated_at: Timestamp,
}

/// A text to be kept.
#[derive(Clone, Debug)]
pub struct NewCannedResponse {
    pub shortcut: String,
    pub text: String,
    pub owner: Option<UserId>,
}

/// As it lies in the database.
#[derive(Queryable, Selectable)]
#[diesel(table_name = canned_responses)]
struct CannedRow {
    id: i64,
    owner_id: i64,
    shortcut: String,
    text: String,
    updated_at: NaiveDateTime,
}

impl CannedRow {
    fn view(self) -> CannedResponse {
        CannedResponse {
            id: CannedResponseId(self.id),
            shortcut: self.shortcut,
            text: self.text,
            owner_id: owner_of(self.owner_id),
            updated_at: field::instant(self.updated_at),
        }
    }
}

impl Tenant {
    /// What `user` has at hand, by shortcut: what is everybody's and their own, after the one with this shortcut and
    /// id. `q` is a piece of the shortcut.
    pub async fn list_canned_responses(
        &self,
        user: Option<UserId>,
        q: Option<&str>,
        after: Option<&(String, CannedResponseId)>,
        limit: i64,
    ) -> Result<Vec<CannedResponse>, StoreError> {
        let mut conn = self.db().read().await?;
        let owners = owners_for(user);
        let pattern = q.map(pattern);
        let rows: Vec<CannedRow> = with_conn!(&mut conn, |c| {
            let mut query = canned_responses::table
                .filter(canned_responses::organization_id.eq(self.org()))
                .filter(canned_responses::owner_id.eq_any(owners))
                .order((canned_responses::shortcut.asc(), canned_responses::id.asc()))
                .limit(limit)
                .select(CannedRow::as_select())
                .into_boxed();
            if let Some(pattern) = &pattern {
                query = query.filter(canned_responses::shortcut.like(pattern));
            }
            if let Some((shortcut, id)) = after {
                query = query.filter(
                    canned_responses::shortcut.ge(shortcut).and(
                        canned_responses::shortcut
                            .gt(shortcut)
                            .or(canned_responses::id.gt(id.0)),
                    ),
                );
            }
            query.load(c).await
        })?;
        Ok(rows.into_iter().map(CannedRow::view).collect())
    }

    /// One that `user` has at hand.
    pub async fn find_canned_response(
        &self,
        user: Option<UserId>,
        id: CannedResponseId,
    ) -> Result<CannedResponse, StoreError> {
        let mut conn = self.db().read().await?;
        let owners = owners_for(user);
        let row: CannedRow = with_conn!(&mut conn, |c| canned_responses::table
            .filter(canned_responses::organization_id.eq(self.org()))
            .filter(canned_responses::owner_id.eq_any(owners))
            .filter(canned_responses::id.eq(id.0))
            .select(CannedRow::as_select())
            .first(c)
            .await)?;
        Ok(row.view())
    }

    /// Keeps a text; `Conflict` when its owner has one with that shortcut.
    pub async fn create_canned_response(
        &self,
        by: &Actor,
        new: &NewCannedResponse,
    ) -> Result<(CannedResponse, Receipt), StoreError> {
        let id = self.store().next_id();
        in_tx!(self.db(), |conn| {
            let now = Timestamp::now().naive();
            let row = (
                canned_responses::id.eq(id),
                canned_responses::organization_id.eq(self.org()),
                canned_responses::owner_id.eq(number_of(new.owner)),
                canned_responses::shortcut.eq(&new.shortcut),
                canned_responses::text.eq(&new.text),
                canned_responses::created_at.eq(now),
                canned_responses::updated_at.eq(now),
            );
            let row: CannedRow =
                with_conn!(conn, |c| diesel::insert_into(canned_responses::table)
                    .values(row)
                    .returning(CannedRow::as_returning())
                    .get_result(c)
                    .await)?;
            let deed = deed("canned_response.created", CannedResponseId(id), new);
            let receipt = self.note_deed(conn, by, deed).await?;
            Ok((row.view(), receipt))
        })
    }

    /// Writes a text anew, for the same or another owner; `Conflict` when that one has one with that shortcut.
    pub async fn change_canned_response(
        &self,
        by: &Actor,
        old: &CannedResponse,
        new: &NewCannedResponse,
    ) -> Result<(CannedResponse, Receipt), StoreError> {
        let owner = number_of(old.owner_id);
        in_tx!(self.db(), |conn| {
            let row: CannedRow = with_conn!(conn, |c| diesel::update(
                canned_responses::table
                    .filter(canned_responses::organization_id.eq(self.org()))
                    .filter(canned_responses::id.eq(old.id.0))
                    // As it was when it was looked up whether this is allowed.
                    .filter(canned_responses::owner_id.eq(owner))
            )
            .set((
                canned_responses::owner_id.eq(number_of(new.owner)),
                canned_responses::shortcut.eq(&new.shortcut),
                canned_responses::text.eq(&new.text),
                canned_responses::updated_at.eq(Timestamp::now().naive()),
            ))
            .returning(CannedRow::as_returning())
            .get_result(c)
            .await)?;
            let deed = deed("canned_response.changed", old.id, new);
            let receipt = self.note_deed(conn, by, deed).await?;
            Ok((row.view(), receipt))
        })
    }

    /// Throws a text away.
    pub async fn delete_canned_response(
        &self,
        by: &Actor,
        old: &CannedResponse,
    ) -> Result<Receipt, StoreError> {
        let owner = number_of(old.owner_id);
        in_tx!(self.db(), |conn| {
            let gone: usize = with_conn!(conn, |c| diesel::delete(
                canned_responses::table
                    .filter(canned_responses::organization_id.eq(self.org()))
                    .filter(canned_responses::id.eq(old.id.0))
                    .filter(canned_responses::owner_id.eq(owner))
            )
            .execute(c)
            .await)?;
            if gone == 0 {
                return Err(StoreError::NotFound);
            }
            let was = NewCannedResponse {
                shortcut: old.shortcut.clone(),
                text: old.text.clone(),
                owner: old.owner_id,
            };
            let deed = deed("canned_response.deleted", old.id, &was);
            self.note_deed(conn, by, deed).await
        })
    }
}

fn deed<'a>(action: &'a str, id: CannedResponseId, text: &NewCannedResponse) -> Deed<'a> {
    Deed {
        noun: Noun::CannedResponses,
        action,
        subject: id.to_string(),
        details: json!({"shortcut": text.shortcut, "text": text.text, "owner": text.owner}),
        owner: text.owner,
    }
}
