//! Views: lists of conversations under a name, everybody's or one's own.

use actors::model::conversation::{ConversationStatus, Priority};
use actors::model::ids::{SessionId, TagId, UserId, ViewId};
use actors::model::user::Actor;
use actors::ports::store::{Receipt, StoreError};
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::dsl::max;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::db::Conn;
use super::directory::{Deed, Noun};
use super::owner::{Keeping, concerned, number_of, owner_of, owners_for};
use super::schema::views;
use super::{Tenant, event, field};
use crate::{in_tx, with_conn};

/// Views of one person, and of everybody.
const MOST: i64 = 50;

/// By last activity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    #[default]
    Newest,
    Oldest,
}

/// Which conversations a view shows, in the words of the inbox's list; what is absent filters nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ViewFilters {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ConversationStatus>,
    /// `me`, `none`, or a user's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<String>,
    /// `none`, or a team's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<TagId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
    /// Who takes part: `me`, or a user's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participant: Option<String>,
    /// True: only what whoever looks has not seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unseen: Option<bool>,
    /// A piece of the contact's name, number or username.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<Sort>,
}

/// A list of conversations under a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct View {
    pub id: ViewId,
    pub name: String,
    pub filters: ViewFilters,
    /// Whose it is; null: everybody's.
    pub owner_id: Option<UserId>,
    /// Views are shown by it, then by name.
    pub position: i64,
    pub updated_at: Timestamp,
}

/// A view to be kept.
#[derive(Clone, Debug)]
pub struct NewView {
    pub name: String,
    pub filters: ViewFilters,
    pub owner: Option<UserId>,
    /// None: where it is; a new one behind its owner's others.
    pub position: Option<i64>,
}

/// The last view of a page: position, name in small letters, id.
pub type ViewKey = (i64, String, ViewId);

impl View {
    /// Its place among the others.
    pub fn key(&self) -> ViewKey {
        (self.position, self.name.to_lowercase(), self.id)
    }
}

/// As it lies in the database.
#[derive(Queryable, Selectable)]
#[diesel(table_name = views)]
struct ViewRow {
    id: i64,
    owner_id: i64,
    name: String,
    filters: String,
    position: i64,
    updated_at: NaiveDateTime,
}

impl ViewRow {
    fn view(self) -> Result<View, StoreError> {
        Ok(View {
            id: ViewId(self.id),
            name: self.name,
            filters: field::read(&self.filters)?,
            owner_id: owner_of(self.owner_id),
            position: self.position,
            updated_at: field::instant(self.updated_at),
        })
    }
}

impl Tenant {
    /// What `user` has at hand, by position and name: what is everybody's and their own, after the one of this key.
    pub async fn list_views(
        &self,
        user: Option<UserId>,
        after: Option<&ViewKey>,
        limit: i64,
    ) -> Result<Vec<View>, StoreError> {
        let mut conn = self.db().read().await?;
        let rows: Vec<ViewRow> = with_conn!(&mut conn, |c| {
            let mut query = views::table
                .filter(views::organization_id.eq(self.org()))
                .filter(views::owner_id.eq_any(owners_for(user)))
                .order((views::position.asc(), views::key.asc(), views::id.asc()))
                .limit(limit)
                .select(ViewRow::as_select())
                .into_boxed();
            if let Some((position, key, id)) = after {
                let later = views::key
                    .gt(key)
                    .or(views::key.eq(key).and(views::id.gt(id.0)));
                let here = views::position.eq(*position).and(later);
                query = query.filter(views::position.gt(*position).or(here));
            }
            query.load(c).await
        })?;
        rows.into_iter().map(ViewRow::view).collect()
    }

    /// One that `user` has at hand.
    pub async fn find_view(&self, user: Option<UserId>, id: ViewId) -> Result<View, StoreError> {
        let mut conn = self.db().read().await?;
        let row: ViewRow = with_conn!(&mut conn, |c| views::table
            .filter(views::organization_id.eq(self.org()))
            .filter(views::owner_id.eq_any(owners_for(user)))
            .filter(views::id.eq(id.0))
            .select(ViewRow::as_select())
            .first(c)
            .await)?;
        row.view()
    }

    /// Keeps a view; `Conflict` when its owner has one of that name.
    pub async fn create_view(
        &self,
        by: &Actor,
        new: &NewView,
    ) -> Result<Keeping<View>, StoreError> {
        let id = self.store().next_id();
        in_tx!(self.db(), |conn| {
            let Some(next) = self.room_for_view(conn, new.owner).await? else {
                return Ok(Keeping::Full);
            };
            let now = Timestamp::now().naive();
            let row = (
                views::id.eq(id),
                views::organization_id.eq(self.org()),
                views::owner_id.eq(number_of(new.owner)),
                views::name.eq(&new.name),
                views::key.eq(new.name.to_lowercase()),
                views::filters.eq(field::write(&new.filters)?),
                views::position.eq(new.position.unwrap_or(next)),
                views::created_at.eq(now),
                views::updated_at.eq(now),
            );
            let row: ViewRow = with_conn!(conn, |c| diesel::insert_into(views::table)
                .values(row)
                .returning(ViewRow::as_returning())
                .get_result(c)
                .await)?;
            let view = row.view()?;
            let deed = deed("view.created", &view, new.owner);
            let receipt = self.note_deed(conn, by, deed).await?;
            Ok(Keeping::Kept(view, receipt))
        })
    }

    /// Writes a view anew, for the same or another owner; `Conflict` when that one has one of that name.
    pub async fn change_view(
        &self,
        by: &Actor,
        old: &View,
        new: &NewView,
    ) -> Result<Keeping<View>, StoreError> {
        in_tx!(self.db(), |conn| {
            let moves = old.owner_id != new.owner;
            if moves && self.room_for_view(conn, new.owner).await?.is_none() {
                return Ok(Keeping::Full);
            }
            let filters = field::write(&new.filters)?;
            let row: ViewRow = with_conn!(conn, |c| diesel::update(
                views::table
                    .filter(views::organization_id.eq(self.org()))
                    .filter(views::id.eq(old.id.0))
                    // As it was when it was looked up whether this is allowed.
                    .filter(views::owner_id.eq(number_of(old.owner_id)))
            )
            .set((
                views::owner_id.eq(number_of(new.owner)),
                views::name.eq(&new.name),
                views::key.eq(new.name.to_lowercase()),
                views::filters.eq(&filters),
                views::position.eq(new.position.unwrap_or(old.position)),
                views::updated_at.eq(Timestamp::now().naive()),
            ))
            .returning(ViewRow::as_returning())
            .get_result(c)
            .await)?;
            let view = row.view()?;
            let whom = concerned(old.owner_id, new.owner);
            let deed = deed("view.changed", &view, whom);
            let receipt = self.note_deed(conn, by, deed).await?;
            Ok(Keeping::Kept(view, receipt))
        })
    }

    /// Throws a view away.
    pub async fn delete_view(&self, by: &Actor, old: &View) -> Result<Receipt, StoreError> {
        in_tx!(self.db(), |conn| {
            let gone: usize = with_conn!(conn, |c| diesel::delete(
                views::table
                    .filter(views::organization_id.eq(self.org()))
                    .filter(views::id.eq(old.id.0))
                    // As it was when it was looked up whether this is allowed.
                    .filter(views::owner_id.eq(number_of(old.owner_id)))
            )
            .execute(c)
            .await)?;
            if gone == 0 {
                return Err(StoreError::NotFound);
            }
            let deed = deed("view.deleted", old, old.owner_id);
            self.note_deed(conn, by, deed).await
        })
    }

    /// The position behind the owner's views; None when they have as many as they may.
    async fn room_for_view(
        &self,
        conn: &mut Conn,
        owner: Option<UserId>,
    ) -> Result<Option<i64>, StoreError> {
        // Locks the organization's row, so that two who come at once do not both take the last place.
        event::take_seqs(conn, self.org(), 0).await?;
        let theirs = views::table
            .filter(views::organization_id.eq(self.org()))
            .filter(views::owner_id.eq(number_of(owner)));
        let count: i64 = with_conn!(conn, |c| theirs.count().get_result(c).await)?;
        if count >= MOST {
            return Ok(None);
        }
        let last: Option<i64> =
            with_conn!(conn, |c| theirs.select(max(views::position)).first(c).await)?;
        Ok(Some(last.map_or(0, |last| last + 1)))
    }
}

/// What was done to a view, told to `whom` (None: everybody).
fn deed<'a>(action: &'a str, view: &View, whom: Option<UserId>) -> Deed<'a> {
    Deed {
        noun: Noun::Views,
        action,
        subject: view.id.to_string(),
        details: json!({"name": view.name, "filters": view.filters, "owner": view.owner_id}),
        owner: whom,
    }
}
