//! Tags: words that conversations are sorted by.

use actors::model::ids::{ConversationId, TagId};
use actors::model::user::Actor;
use actors::ports::store::{Receipt, StoreError};
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::db::{Conn, boxed, refused};
use super::directory::{Deed, Noun};
use super::schema::{conversation_tags, tags};
use super::{Tenant, field};
use crate::{in_tx, lock_first, with_conn};

/// A tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Tag {
    pub id: TagId,
    pub name: String,
    pub color: TagColor,
    pub created_at: Timestamp,
}

/// A name for a hue that is readable on light and on dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TagColor {
    Gray,
    Red,
    Orange,
    Yellow,
    Green,
    Teal,
    Blue,
    Purple,
    Pink,
}

impl TagColor {
    const ALL: [Self; 9] = [
        Self::Gray,
        Self::Red,
        Self::Orange,
        Self::Yellow,
        Self::Green,
        Self::Teal,
        Self::Blue,
        Self::Purple,
        Self::Pink,
    ];

    /// The name used on every wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gray => "gray",
            Self::Red => "red",
            Self::Orange => "orange",
            Self::Yellow => "yellow",
            Self::Green => "green",
            Self::Teal => "teal",
            Self::Blue => "blue",
            Self::Purple => "purple",
            Self::Pink => "pink",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|color| color.as_str() == name)
    }
}

/// A tag as it lies in the database.
#[derive(Queryable, Selectable)]
#[diesel(table_name = tags)]
struct TagRow {
    id: i64,
    name: String,
    color: String,
    created_at: NaiveDateTime,
}

impl TagRow {
    fn view(self) -> Result<Tag, StoreError> {
        Ok(Tag {
            id: TagId(self.id),
            name: self.name,
            color: field::named("color", &self.color, TagColor::parse)?,
            created_at: field::instant(self.created_at),
        })
    }
}

impl Tenant {
    /// The tags, oldest first, after the tag `after`.
    pub async fn list_tags(
        &self,
        after: Option<TagId>,
        limit: i64,
    ) -> Result<Vec<Tag>, StoreError> {
        let mut conn = self.db().read().await?;
        let rows: Vec<TagRow> = with_conn!(&mut conn, |c| tags::table
            .filter(tags::organization_id.eq(self.org()))
            .filter(tags::id.gt(after.map_or(0, |id| id.0)))
            .order(tags::id)
            .limit(limit)
            .select(TagRow::as_select())
            .load(c)
            .await)?;
        rows.into_iter().map(TagRow::view).collect()
    }

    /// Which of these are tags of the organization.
    pub async fn known_tags(&self, ids: &[TagId]) -> Result<Vec<TagId>, StoreError> {
        let mut conn = self.db().read().await?;
        let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let known: Vec<i64> = with_conn!(&mut conn, |c| tags::table
            .filter(tags::organization_id.eq(self.org()))
            .filter(tags::id.eq_any(&ids))
            .select(tags::id)
            .load(c)
            .await)?;
        Ok(known.into_iter().map(TagId).collect())
    }

    /// Makes a tag; `Conflict` when there is one of that name.
    pub async fn create_tag(
        &self,
        by: &Actor,
        name: &str,
        color: TagColor,
    ) -> Result<(Tag, Receipt), StoreError> {
        let id = self.store().next_id();
        in_tx!(self.db(), |conn| {
            let row = (
                tags::id.eq(id),
                tags::organization_id.eq(self.org()),
                tags::name.eq(name),
                tags::key.eq(name.to_lowercase()),
                tags::color.eq(color.as_str()),
                tags::created_at.eq(Timestamp::now().naive()),
            );
            let row: TagRow = with_conn!(conn, |c| diesel::insert_into(tags::table)
                .values(row)
                .returning(TagRow::as_returning())
                .get_result(c)
                .await)?;
            let deed = deed("tag.created", TagId(id), json!({"name": name}));
            let receipt = self.note_deed(conn, by, deed).await?;
            Ok((row.view()?, receipt))
        })
    }

    /// Gives a tag another name or color; `Conflict` when there is one of that name.
    pub async fn change_tag(
        &self,
        by: &Actor,
        id: TagId,
        name: &str,
        color: TagColor,
    ) -> Result<(Tag, Receipt), StoreError> {
        in_tx!(self.db(), |conn| {
            let row: TagRow = with_conn!(conn, |c| diesel::update(
                tags::table
                    .filter(tags::organization_id.eq(self.org()))
                    .filter(tags::id.eq(id.0))
            )
            .set((
                tags::name.eq(name),
                tags::key.eq(name.to_lowercase()),
                tags::color.eq(color.as_str()),
            ))
            .returning(TagRow::as_returning())
            .get_result(c)
            .await)?;
            let deed = deed("tag.changed", id, json!({"name": name, "color": color}));
            let receipt = self.note_deed(conn, by, deed).await?;
            Ok((row.view()?, receipt))
        })
    }

    /// One tag.
    pub async fn find_tag(&self, id: TagId) -> Result<Tag, StoreError> {
        let mut conn = self.db().read().await?;
        let row: TagRow = with_conn!(&mut conn, |c| tags::table
            .filter(tags::organization_id.eq(self.org()))
            .filter(tags::id.eq(id.0))
            .select(TagRow::as_select())
            .first(c)
            .await)?;
        row.view()
    }

    /// Deletes a tag; conversations that name it go on naming nothing.
    pub async fn delete_tag(&self, by: &Actor, id: TagId) -> Result<Receipt, StoreError> {
        in_tx!(self.db(), |conn| {
            // Held first: nobody gives it to a conversation meanwhile.
            let name: Option<String> = lock_first!(
                conn,
                tags::table
                    .filter(tags::organization_id.eq(self.org()))
                    .filter(tags::id.eq(id.0))
                    .select(tags::name)
            )?;
            let name = name.ok_or(StoreError::NotFound)?;
            with_conn!(conn, |c| diesel::delete(
                conversation_tags::table.filter(conversation_tags::tag_id.eq(id.0))
            )
            .execute(c)
            .await)?;
            with_conn!(conn, |c| diesel::delete(tags::table.find(id.0))
                .execute(c)
                .await)?;
            let deed = deed("tag.deleted", id, json!({"name": name}));
            self.note_deed(conn, by, deed).await
        })
    }
}

fn deed(action: &str, id: TagId, details: serde_json::Value) -> Deed<'_> {
    Deed {
        noun: Noun::Tags,
        action,
        subject: id.to_string(),
        details,
        owner: None,
    }
}

/// A tag of a conversation.
#[derive(Clone, Insertable)]
#[diesel(table_name = conversation_tags)]
struct TaggedRow {
    tag_id: i64,
    conversation_id: i64,
}

/// Makes a conversation findable by the tags that it has now. One that was deleted meanwhile is not there to be found.
pub(super) async fn retag(
    conn: &mut Conn,
    organization: i64,
    conversation: ConversationId,
    now: &[TagId],
) -> Result<(), StoreError> {
    let ids: Vec<i64> = now.iter().map(|tag| tag.0).collect();
    let known: Vec<i64> = match conn {
        Conn::Sqlite(_) => with_conn!(conn, |c| tags::table
            .filter(tags::organization_id.eq(organization))
            .filter(tags::id.eq_any(&ids))
            .select(tags::id)
            .load(c)
            .await)?,
        // Shared: two conversations may get the same one, and nobody deletes it meanwhile.
        Conn::Postgres(object) => {
            let held = tags::table
                .filter(tags::organization_id.eq(organization))
                .filter(tags::id.eq_any(&ids))
                .order(tags::id)
                .select(tags::id)
                .for_key_share();
            boxed(held.load(&mut **object)).await.map_err(refused)?
        }
    };
    with_conn!(conn, |c| diesel::delete(
        conversation_tags::table.filter(conversation_tags::conversation_id.eq(conversation.0))
    )
    .execute(c)
    .await)?;
    for tag_id in known {
        let row = TaggedRow {
            tag_id,
            conversation_id: conversation.0,
        };
        with_conn!(conn, |c| diesel::insert_into(conversation_tags::table)
            .values(&row)
            .execute(c)
            .await)?;
    }
    Ok(())
}
