//! Teams: groups of agents that take care of conversations together.

use std::collections::HashMap;

use actors::model::conversation::TeamBrief;
use actors::model::ids::{TeamId, UserId};
use actors::model::user::{Actor, UserBrief};
use actors::ports::store::{Receipt, StoreError};
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::Serialize;
use serde_json::json;

use super::db::Conn;
use super::directory::{Deed, Noun};
use super::schema::{team_members, teams, users};
use super::{Tenant, field};
use crate::{in_tx, with_conn};

/// A team with its members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Team {
    pub id: TeamId,
    pub name: String,
    /// Oldest colleagues first.
    pub members: Vec<UserBrief>,
    pub created_at: Timestamp,
}

/// What changes about a team; absent means unchanged.
#[derive(Clone, Debug, Default)]
pub struct TeamChange {
    pub name: Option<String>,
    /// All of them, instead of those who are in it now.
    pub members: Option<Vec<UserId>>,
}

/// A team as it lies in the database.
#[derive(Queryable, Selectable)]
#[diesel(table_name = teams)]
struct TeamRow {
    id: i64,
    name: String,
    created_at: NaiveDateTime,
}

impl Tenant {
    /// The teams that were not archived, oldest first, after the team `after`.
    pub async fn list_teams(
        &self,
        after: Option<TeamId>,
        limit: i64,
    ) -> Result<Vec<Team>, StoreError> {
        let mut conn = self.db().read().await?;
        let rows: Vec<TeamRow> = with_conn!(&mut conn, |c| teams::table
            .filter(teams::organization_id.eq(self.org()))
            .filter(teams::archived_at.is_null())
            .filter(teams::id.gt(after.map_or(0, |id| id.0)))
            .order(teams::id)
            .limit(limit)
            .select(TeamRow::as_select())
            .load(c)
            .await)?;
        with_members(&mut conn, rows).await
    }

    /// A team that may be chosen.
    pub async fn find_team(&self, id: TeamId) -> Result<TeamBrief, StoreError> {
        let mut conn = self.db().read().await?;
        let name: String = with_conn!(&mut conn, |c| teams::table
            .filter(teams::organization_id.eq(self.org()))
            .filter(teams::archived_at.is_null())
            .filter(teams::id.eq(id.0))
            .select(teams::name)
            .first(c)
            .await)?;
        Ok(TeamBrief { id, name })
    }

    /// Makes a team; `NotFound` when a member is nobody of the organization.
    pub async fn create_team(
        &self,
        by: &Actor,
        name: &str,
        members: &[UserId],
    ) -> Result<(Team, Receipt), StoreError> {
        let id = self.store().next_id();
        in_tx!(self.db(), |conn| {
            let row = (
                teams::id.eq(id),
                teams::organization_id.eq(self.org()),
                teams::name.eq(name),
                teams::created_at.eq(Timestamp::now().naive()),
            );
            with_conn!(conn, |c| diesel::insert_into(teams::table)
                .values(row)
                .execute(c)
                .await)?;
            self.set_members(conn, id, members).await?;
            let details = json!({"name": name, "members": members});
            let deed = deed("team.created", TeamId(id), details);
            let receipt = self.note_deed(conn, by, deed).await?;
            Ok((self.team(conn, id).await?, receipt))
        })
    }

    /// Changes a team; `NotFound` when it, or a member, is not there.
    pub async fn change_team(
        &self,
        by: &Actor,
        id: TeamId,
        change: &TeamChange,
    ) -> Result<(Team, Receipt), StoreError> {
        in_tx!(self.db(), |conn| {
            let before = self.team(conn, id.0).await?;
            if let Some(name) = &change.name {
                with_conn!(conn, |c| diesel::update(teams::table.find(id.0))
                    .set(teams::name.eq(name))
                    .execute(c)
                    .await)?;
            }
            if let Some(members) = &change.members {
                self.set_members(conn, id.0, members).await?;
            }
            let members = before.members.iter().map(|user| user.id);
            let details = json!({
                "name": change.name,
                "members": change.members,
                "before": {"name": before.name, "members": members.collect::<Vec<_>>()},
            });
            let deed = deed("team.changed", id, details);
            let receipt = self.note_deed(conn, by, deed).await?;
            Ok((self.team(conn, id.0).await?, receipt))
        })
    }

    /// Nobody chooses it any more; its conversations keep it until somebody moves them.
    pub async fn archive_team(&self, by: &Actor, id: TeamId) -> Result<Receipt, StoreError> {
        in_tx!(self.db(), |conn| {
            let team = self.team(conn, id.0).await?;
            with_conn!(conn, |c| diesel::update(teams::table.find(id.0))
                .set(teams::archived_at.eq(Some(Timestamp::now().naive())))
                .execute(c)
                .await)?;
            let deed = deed("team.archived", id, json!({"name": team.name}));
            self.note_deed(conn, by, deed).await
        })
    }

    async fn team(&self, conn: &mut Conn, id: i64) -> Result<Team, StoreError> {
        let row: TeamRow = with_conn!(conn, |c| teams::table
            .filter(teams::organization_id.eq(self.org()))
            .filter(teams::archived_at.is_null())
            .filter(teams::id.eq(id))
            .select(TeamRow::as_select())
            .first(c)
            .await)?;
        let mut teams = with_members(conn, vec![row]).await?;
        teams.pop().ok_or(StoreError::NotFound)
    }

    async fn set_members(
        &self,
        conn: &mut Conn,
        team: i64,
        members: &[UserId],
    ) -> Result<(), StoreError> {
        let mut ids: Vec<i64> = members.iter().map(|user| user.0).collect();
        ids.sort_unstable();
        ids.dedup();
        let known: i64 = with_conn!(conn, |c| users::table
            .filter(users::organization_id.eq(self.org()))
            .filter(users::id.eq_any(&ids))
            .count()
            .get_result(c)
            .await)?;
        if usize::try_from(known).ok() != Some(ids.len()) {
            return Err(StoreError::NotFound);
        }
        with_conn!(conn, |c| diesel::delete(
            team_members::table.filter(team_members::team_id.eq(team))
        )
        .execute(c)
        .await)?;
        for user in ids {
            let row = (
                team_members::team_id.eq(team),
                team_members::user_id.eq(user),
            );
            with_conn!(conn, |c| diesel::insert_into(team_members::table)
                .values(row)
                .execute(c)
                .await)?;
        }
        Ok(())
    }
}

async fn with_members(conn: &mut Conn, rows: Vec<TeamRow>) -> Result<Vec<Team>, StoreError> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let found: Vec<(i64, i64, String)> = with_conn!(conn, |c| team_members::table
        .inner_join(users::table)
        .filter(team_members::team_id.eq_any(&ids))
        .order(users::id)
        .select((team_members::team_id, users::id, users::name))
        .load(c)
        .await)?;
    let mut members: HashMap<i64, Vec<UserBrief>> = HashMap::new();
    for (team, id, name) in found {
        let id = UserId(id);
        members
            .entry(team)
            .or_default()
            .push(UserBrief { id, name });
    }
    let teams = rows.into_iter().map(|row| Team {
        id: TeamId(row.id),
        members: members.remove(&row.id).unwrap_or_default(),
        name: row.name,
        created_at: field::instant(row.created_at),
    });
    Ok(teams.collect())
}

fn deed(action: &str, id: TeamId, details: serde_json::Value) -> Deed<'_> {
    Deed {
        noun: Noun::Teams,
        action,
        subject: id.to_string(),
        details,
        owner: None,
    }
}
