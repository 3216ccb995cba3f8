//! Macros: steps that are done together, everybody's or one's own. (`macro` is a word of the language.)

use actors::model::conversation::{ConversationStatus, Priority};
use actors::model::ids::{MacroId, TagId, TeamId, UserId};
use actors::model::user::Actor;
use actors::ports::store::{Receipt, StoreError};
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::db::Conn;
use super::directory::{Deed, Noun};
use super::owner::{Keeping, concerned, number_of, owner_of, owners_for};
use super::schema::macros;
use super::{Tenant, event, field};
use crate::{in_tx, with_conn};

/// Macros of one person, and of everybody.
const MOST: i64 = 100;

/// A step of a macro.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum MacroAction {
    /// Says something to the contact.
    SendText {
        /// With the names of canned responses to be filled in.
        text: String,
    },
    /// Says something to colleagues.
    WriteNote {
        /// With the names of canned responses to be filled in.
        text: String,
    },
    Assign {
        /// `me`, a user's id, or null for nobody.
        #[serde(deserialize_with = "Option::deserialize")]
        #[schema(required = true)]
        assignee: Option<String>,
    },
    SetTeam {
        /// Null takes it from its team.
        #[serde(deserialize_with = "Option::deserialize")]
        #[schema(required = true)]
        team: Option<TeamId>,
    },
    SetStatus {
        /// Not `snoozed`, which is a step of its own.
        status: ConversationStatus,
    },
    Snooze {
        /// From when the macro is run.
        minutes: u32,
    },
    SetPriority {
        priority: Priority,
    },
    AddTags {
        tags: Vec<TagId>,
    },
    RemoveTags {
        tags: Vec<TagId>,
    },
}

/// Steps that are done together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Macro {
    pub id: MacroId,
    pub name: String,
    /// Whose it is; null: everybody's.
    pub owner_id: Option<UserId>,
    pub actions: Vec<MacroAction>,
    pub updated_at: Timestamp,
}

/// A macro to be kept.
#[derive(Clone, Debug)]
pub struct NewMacro {
    pub name: String,
    pub actions: Vec<MacroAction>,
    pub owner: Option<UserId>,
}

/// The last macro of a page: its name in small letters, its id.
pub type MacroKey = (String, MacroId);

impl Macro {
    /// Its place among the others.
    pub fn key(&self) -> MacroKey {
        (self.name.to_lowercase(), self.id)
    }
}

/// As it lies in the database.
#[derive(Queryable, Selectable)]
#[diesel(table_name = macros)]
struct MacroRow {
    id: i64,
    owner_id: i64,
    name: String,
    actions: String,
    updated_at: NaiveDateTime,
}

impl MacroRow {
    fn view(self) -> Result<Macro, StoreError> {
        Ok(Macro {
            id: MacroId(self.id),
            name: self.name,
            owner_id: owner_of(self.owner_id),
            actions: field::read(&self.actions)?,
            updated_at: field::instant(self.updated_at),
        })
    }
}

impl Tenant {
    /// What `user` has at hand, by name: what is everybody's and their own, after the one of this key.
    pub async fn list_macros(
        &self,
        user: Option<UserId>,
        after: Option<&MacroKey>,
        limit: i64,
    ) -> Result<Vec<Macro>, StoreError> {
        let mut conn = self.db().read().await?;
        let rows: Vec<MacroRow> = with_conn!(&mut conn, |c| {
            let mut query = macros::table
                .filter(macros::organization_id.eq(self.org()))
                .filter(macros::owner_id.eq_any(owners_for(user)))
                .order((macros::key.asc(), macros::id.asc()))
                .limit(limit)
                .select(MacroRow::as_select())
                .into_boxed();
            if let Some((key, id)) = after {
                let here = macros::key.eq(key).and(macros::id.gt(id.0));
                query = query.filter(macros::key.gt(key).or(here));
            }
            query.load(c).await
        })?;
        rows.into_iter().map(MacroRow::view).collect()
    }

    /// One that `user` has at hand.
    pub async fn find_macro(&self, user: Option<UserId>, id: MacroId) -> Result<Macro, StoreError> {
        let mut conn = self.db().read().await?;
        let row: MacroRow = with_conn!(&mut conn, |c| macros::table
            .filter(macros::organization_id.eq(self.org()))
            .filter(macros::owner_id.eq_any(owners_for(user)))
            .filter(macros::id.eq(id.0))
            .select(MacroRow::as_select())
            .first(c)
            .await)?;
        row.view()
    }

    /// Keeps a macro; `Conflict` when its owner has one of that name.
    pub async fn create_macro(
        &self,
        by: &Actor,
        new: &NewMacro,
    ) -> Result<Keeping<Macro>, StoreError> {
        let id = self.store().next_id();
        in_tx!(self.db(), |conn| {
            if !self.has_room_for_macro(conn, new.owner).await? {
                return Ok(Keeping::Full);
            }
            let now = Timestamp::now().naive();
            let row = (
                macros::id.eq(id),
                macros::organization_id.eq(self.org()),
                macros::owner_id.eq(number_of(new.owner)),
                macros::name.eq(&new.name),
                macros::key.eq(new.name.to_lowercase()),
                macros::actions.eq(field::write(&new.actions)?),
                macros::created_at.eq(now),
                macros::updated_at.eq(now),
            );
            let row: MacroRow = with_conn!(conn, |c| diesel::insert_into(macros::table)
                .values(row)
                .returning(MacroRow::as_returning())
                .get_result(c)
                .await)?;
            let made = row.view()?;
            let deed = deed("macro.created", &made, new.owner);
            let receipt = self.note_deed(conn, by, deed).await?;
            Ok(Keeping::Kept(made, receipt))
        })
    }

    /// Writes a macro anew, for the same or another owner; `Conflict` when that one has one of that name.
    pub async fn change_macro(
        &self,
        by: &Actor,
        old: &Macro,
        new: &NewMacro,
    ) -> Result<Keeping<Macro>, StoreError> {
        in_tx!(self.db(), |conn| {
            let moves = old.owner_id != new.owner;
            if moves && !self.has_room_for_macro(conn, new.owner).await? {
                return Ok(Keeping::Full);
            }
            let actions = field::write(&new.actions)?;
            let row: MacroRow = with_conn!(conn, |c| diesel::update(
                macros::table
                    .filter(macros::organization_id.eq(self.org()))
                    .filter(macros::id.eq(old.id.0))
                    // As it was when it was looked up whether this is allowed.
                    .filter(macros::owner_id.eq(number_of(old.owner_id)))
            )
            .set((
                macros::owner_id.eq(number_of(new.owner)),
                macros::name.eq(&new.name),
                macros::key.eq(new.name.to_lowercase()),
                macros::actions.eq(&actions),
                macros::updated_at.eq(Timestamp::now().naive()),
            ))
            .returning(MacroRow::as_returning())
            .get_result(c)
            .await)?;
            let changed = row.view()?;
            let whom = concerned(old.owner_id, new.owner);
            let deed = deed("macro.changed", &changed, whom);
            let receipt = self.note_deed(conn, by, deed).await?;
            Ok(Keeping::Kept(changed, receipt))
        })
    }

    /// Throws a macro away.
    pub async fn delete_macro(&self, by: &Actor, old: &Macro) -> Result<Receipt, StoreError> {
        in_tx!(self.db(), |conn| {
            let gone: usize = with_conn!(conn, |c| diesel::delete(
                macros::table
                    .filter(macros::organization_id.eq(self.org()))
                    .filter(macros::id.eq(old.id.0))
                    // As it was when it was looked up whether this is allowed.
                    .filter(macros::owner_id.eq(number_of(old.owner_id)))
            )
            .execute(c)
            .await)?;
            if gone == 0 {
                return Err(StoreError::NotFound);
            }
            let deed = deed("macro.deleted", old, old.owner_id);
            self.note_deed(conn, by, deed).await
        })
    }

    async fn has_room_for_macro(
        &self,
        conn: &mut Conn,
        owner: Option<UserId>,
    ) -> Result<bool, StoreError> {
        // Locks the organization's row, so that two who come at once do not both take the last place.
        event::take_seqs(conn, self.org(), 0).await?;
        let count: i64 = with_conn!(conn, |c| macros::table
            .filter(macros::organization_id.eq(self.org()))
            .filter(macros::owner_id.eq(number_of(owner)))
            .count()
            .get_result(c)
            .await)?;
        Ok(count < MOST)
    }
}

/// What was done to a macro, told to `whom` (None: everybody).
fn deed<'a>(action: &'a str, of: &Macro, whom: Option<UserId>) -> Deed<'a> {
    Deed {
        noun: Noun::Macros,
        action,
        subject: of.id.to_string(),
        details: json!({"name": of.name, "actions": of.actions, "owner": of.owner_id}),
        owner: whom,
    }
}
