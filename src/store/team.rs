//! Teams: groups of agents that take care of conversations together.

use std::collections::{BTreeSet, HashMap};

use actors::model::conversation::TeamBrief;
use actors::model::hours::Hours;
use actors::model::ids::{SessionId, TeamId, UserId};
use actors::model::queue::{Routing, Strategy};
use actors::model::sla::Sla;
use actors::model::user::{Actor, UserBrief};
use actors::ports::store::{Receipt, StoreError};
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::Serialize;
use serde_json::json;

use super::db::{Conn, boxed, refused};
use super::directory::{Deed, Noun};
use super::schema::{sessions, team_members, team_sessions, teams, users};
use super::{Tenant, field};
use crate::{in_tx, with_conn};

/// A team with its members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Team {
    pub id: TeamId,
    pub name: String,
    /// Oldest colleagues first.
    pub members: Vec<UserBrief>,
    /// Numbers whose conversations are this team's while they have no team.
    pub session_ids: Vec<SessionId>,
    pub routing: Routing,
    /// What it promises its contacts.
    pub sla: Sla,
    /// When it is at work; null: around the clock.
    pub hours: Option<Hours>,
    /// What a contact is told who writes while it is closed; null: nothing.
    pub away_message: Option<String>,
    pub created_at: Timestamp,
}

/// What changes about a team; absent means unchanged.
#[derive(Clone, Debug, Default)]
pub struct TeamChange {
    pub name: Option<String>,
    /// All of them, instead of those who are in it now.
    pub members: Option<Vec<UserId>>,
    /// All of them, instead of those that are its now; another team loses them.
    pub sessions: Option<Vec<SessionId>>,
    pub routing: Option<Routing>,
    pub sla: Option<Sla>,
    /// `Some(None)`: around the clock.
    pub hours: Option<Option<Hours>>,
    /// `Some(None)`: none.
    pub away_message: Option<Option<String>>,
}

/// A team as it lies in the database.
#[derive(Queryable, Selectable)]
#[diesel(table_name = teams)]
pub(super) struct TeamRow {
    pub id: i64,
    pub name: String,
    pub created_at: NaiveDateTime,
    pub strategy: String,
    pub accept_seconds: Option<i64>,
    pub overflow_team_id: Option<i64>,
    pub overflow_seconds: Option<i64>,
    /// JSON.
    pub sla: Option<String>,
    /// JSON.
    pub hours: Option<String>,
    pub away_message: Option<String>,
    pub skill_seconds: Option<i64>,
    pub promised_at: Option<NaiveDateTime>,
    pub away_since: Option<NaiveDateTime>,
}

impl TeamRow {
    /// By which rules its conversations are given out.
    pub fn routing(&self) -> Result<Routing, StoreError> {
        let seconds = |setting: Option<i64>| setting.and_then(|it| u32::try_from(it).ok());
        Ok(Routing {
            strategy: field::named("strategy", &self.strategy, Strategy::parse)?,
            accept_seconds: seconds(self.accept_seconds),
            overflow_team_id: self.overflow_team_id.map(TeamId),
            overflow_seconds: seconds(self.overflow_seconds),
            skill_seconds: seconds(self.skill_seconds),
        })
    }

    /// What it promises.
    pub fn sla(&self) -> Result<Sla, StoreError> {
        Ok(field::read_opt(self.sla.as_deref())?.unwrap_or_default())
    }

    /// When it is at work.
    pub fn hours(&self) -> Result<Option<Hours>, StoreError> {
        field::read_opt(self.hours.as_deref())
    }
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

    /// Makes a team; `NotFound` when a member, a number or the team that it overflows into is not the organization's.
    pub async fn create_team(
        &self,
        by: &Actor,
        name: &str,
        setting: &TeamChange,
    ) -> Result<(Team, Receipt), StoreError> {
        let id = self.store().next_id();
        in_tx!(self.db(), |conn| {
            self.hold_teams(conn).await?;
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
            self.set_up(conn, id, setting).await?;
            if setting.sla.as_ref().is_some_and(Sla::is_set) {
                promise_from_now(conn, id).await?;
            }
            let details = json!({
                "name": name,
                "members": setting.members,
                "sessions": setting.sessions,
                "routing": setting.routing,
                "sla": setting.sla,
                "hours": setting.hours,
                "away_message": setting.away_message,
            });
            let deed = deed("team.created", TeamId(id), details);
            let receipt = self.note_deed(conn, by, deed).await?;
            Ok((self.team(conn, id).await?, receipt))
        })
    }

    /// Changes a team; `NotFound` when it, a member, a number or the team that it overflows into is not there.
    pub async fn change_team(
        &self,
        by: &Actor,
        id: TeamId,
        change: &TeamChange,
    ) -> Result<(Team, Receipt), StoreError> {
        in_tx!(self.db(), |conn| {
            self.hold_teams(conn).await?;
            let before = self.team(conn, id.0).await?;
            if let Some(name) = &change.name {
                with_conn!(conn, |c| diesel::update(teams::table.find(id.0))
                    .set(teams::name.eq(name))
                    .execute(c)
                    .await)?;
            }
            self.set_up(conn, id.0, change).await?;
            let begins = !before.sla.is_set() && change.sla.as_ref().is_some_and(Sla::is_set);
            let gains = change.sessions.iter().flatten();
            let mut gains = gains.filter(|session| !before.session_ids.contains(session));
            if begins || gains.next().is_some() {
                promise_from_now(conn, id.0).await?;
            }
            let members = before.members.iter().map(|user| user.id);
            let details = json!({
                "name": change.name,
                "members": change.members,
                "sessions": change.sessions,
                "routing": change.routing,
                "sla": change.sla,
                "hours": change.hours,
                "away_message": change.away_message,
                "before": {
                    "name": before.name,
                    "members": members.collect::<Vec<_>>(),
                    "sessions": before.session_ids,
                    "routing": before.routing,
                    "sla": before.sla,
                    "hours": before.hours,
                    "away_message": before.away_message,
                },
            });
            let deed = deed("team.changed", id, details);
            let receipt = self.note_deed(conn, by, deed).await?;
            Ok((self.team(conn, id.0).await?, receipt))
        })
    }

    /// Nobody chooses it any more; its conversations keep it until somebody moves them.
    pub async fn archive_team(&self, by: &Actor, id: TeamId) -> Result<Receipt, StoreError> {
        in_tx!(self.db(), |conn| {
            self.hold_teams(conn).await?;
            let team = self.team(conn, id.0).await?;
            with_conn!(conn, |c| diesel::update(teams::table.find(id.0))
                .set(teams::archived_at.eq(Some(Timestamp::now().naive())))
                .execute(c)
                .await)?;
            // Its numbers are nobody's again, and nobody overflows into it.
            self.set_sessions(conn, id.0, &[]).await?;
            with_conn!(conn, |c| diesel::update(
                teams::table
                    .filter(teams::organization_id.eq(self.org()))
                    .filter(teams::overflow_team_id.eq(Some(id.0)))
            )
            .set((
                teams::overflow_team_id.eq(None::<i64>),
                teams::overflow_seconds.eq(None::<i64>),
            ))
            .execute(c)
            .await)?;
            self.forget_escalations(conn, id).await?;
            let deed = deed("team.archived", id, json!({"name": team.name}));
            self.note_deed(conn, by, deed).await
        })
    }

    /// Nothing that is late goes to that team any more.
    async fn forget_escalations(&self, conn: &mut Conn, id: TeamId) -> Result<(), StoreError> {
        let found: Vec<(i64, Option<String>)> = with_conn!(conn, |c| teams::table
            .filter(teams::organization_id.eq(self.org()))
            .filter(teams::archived_at.is_null())
            .filter(teams::sla.is_not_null())
            .order(teams::id)
            .select((teams::id, teams::sla))
            .load(c)
            .await)?;
        for (team, text) in found {
            let mut sla: Sla = field::read_opt(text.as_deref())?.unwrap_or_default();
            let escalation = sla.escalation.as_mut();
            let Some(escalation) = escalation.filter(|it| it.team_id == Some(id)) else {
                continue;
            };
            escalation.team_id = None;
            if escalation.priority.is_none() {
                sla.escalation = None;
            }
            let update = diesel::update(teams::table.find(team))
                .set(teams::sla.eq(Some(field::write(&sla)?)));
            with_conn!(conn, |c| update.execute(c).await)?;
        }
        Ok(())
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

    async fn set_up(
        &self,
        conn: &mut Conn,
        team: i64,
        setting: &TeamChange,
    ) -> Result<(), StoreError> {
        if let Some(members) = &setting.members {
            self.set_members(conn, team, members).await?;
        }
        if let Some(sessions) = &setting.sessions {
            self.set_sessions(conn, team, sessions).await?;
        }
        if let Some(routing) = &setting.routing {
            self.set_routing(conn, team, routing).await?;
        }
        if let Some(sla) = &setting.sla {
            self.set_sla(conn, team, sla).await?;
        }
        if let Some(hours) = &setting.hours {
            let text = hours.as_ref().map(field::write).transpose()?;
            let update = diesel::update(teams::table.find(team)).set(teams::hours.eq(text));
            with_conn!(conn, |c| update.execute(c).await)?;
        }
        if let Some(text) = &setting.away_message {
            let update = diesel::update(teams::table.find(team)).set(teams::away_message.eq(text));
            with_conn!(conn, |c| update.execute(c).await)?;
        }
        if setting.hours.is_some() || setting.away_message.is_some() {
            let now = Some(Timestamp::now().naive());
            let update = diesel::update(teams::table.find(team)).set(teams::away_since.eq(now));
            with_conn!(conn, |c| update.execute(c).await)?;
        }
        Ok(())
    }

    async fn set_routing(
        &self,
        conn: &mut Conn,
        team: i64,
        routing: &Routing,
    ) -> Result<(), StoreError> {
        if let Some(other) = routing.overflow_team_id {
            self.check_team(conn, other).await?;
        }
        let seconds = |setting: Option<u32>| setting.map(i64::from);
        with_conn!(conn, |c| diesel::update(teams::table.find(team))
            .set((
                teams::strategy.eq(routing.strategy.as_str()),
                teams::accept_seconds.eq(seconds(routing.accept_seconds)),
                teams::overflow_team_id.eq(routing.overflow_team_id.map(|id| id.0)),
                teams::overflow_seconds.eq(seconds(routing.overflow_seconds)),
                teams::skill_seconds.eq(seconds(routing.skill_seconds)),
            ))
            .execute(c)
            .await)?;
        Ok(())
    }

    async fn set_sla(&self, conn: &mut Conn, team: i64, sla: &Sla) -> Result<(), StoreError> {
        let other = sla.escalation.as_ref().and_then(|it| it.team_id);
        if let Some(other) = other {
            self.check_team(conn, other).await?;
        }
        let text = match sla.is_set() {
            true => Some(field::write(sla)?),
            false => None,
        };
        let update = diesel::update(teams::table.find(team)).set(teams::sla.eq(text));
        with_conn!(conn, |c| update.execute(c).await)?;
        Ok(())
    }

    /// Teams name each other: one change of them at a time, so that nobody takes out of use what another one begins to name.
    /// Conversations get their teams all the same.
    async fn hold_teams(&self, conn: &mut Conn) -> Result<(), StoreError> {
        let Conn::Postgres(object) = conn else {
            return Ok(());
        };
        let held = teams::table
            .filter(teams::organization_id.eq(self.org()))
            .order(teams::id)
            .select(teams::id)
            .for_no_key_update();
        let held: Vec<i64> = boxed(held.load(&mut **object)).await.map_err(refused)?;
        drop(held);
        Ok(())
    }

    /// A team that another one names.
    async fn check_team(&self, conn: &mut Conn, id: TeamId) -> Result<(), StoreError> {
        let _: i64 = with_conn!(conn, |c| teams::table
            .filter(teams::organization_id.eq(self.org()))
            .filter(teams::archived_at.is_null())
            .filter(teams::id.eq(id.0))
            .select(teams::id)
            .first(c)
            .await)?;
        Ok(())
    }

    /// The teams that are out of use: their conversations are nobody's until somebody moves them.
    pub(super) async fn archived_teams(&self, conn: &mut Conn) -> Result<Vec<i64>, StoreError> {
        with_conn!(conn, |c| teams::table
            .filter(teams::organization_id.eq(self.org()))
            .filter(teams::archived_at.is_not_null())
            .select(teams::id)
            .load(c)
            .await)
    }

    async fn set_sessions(
        &self,
        conn: &mut Conn,
        team: i64,
        numbers: &[SessionId],
    ) -> Result<(), StoreError> {
        let ids: BTreeSet<i64> = numbers.iter().map(|session| session.0).collect();
        let known: i64 = with_conn!(conn, |c| sessions::table
            .filter(sessions::organization_id.eq(self.org()))
            .filter(sessions::id.eq_any(&ids))
            .count()
            .get_result(c)
            .await)?;
        if usize::try_from(known).ok() != Some(ids.len()) {
            return Err(StoreError::NotFound);
        }
        with_conn!(conn, |c| diesel::delete(
            team_sessions::table.filter(
                team_sessions::team_id
                    .eq(team)
                    .or(team_sessions::session_id.eq_any(&ids))
            )
        )
        .execute(c)
        .await)?;
        for session in ids {
            let row = (
                team_sessions::session_id.eq(session),
                team_sessions::team_id.eq(team),
            );
            with_conn!(conn, |c| diesel::insert_into(team_sessions::table)
                .values(row)
                .execute(c)
                .await)?;
        }
        Ok(())
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

/// What the team promises counts for what waits already from now on: nobody is late by what was not promised yet.
async fn promise_from_now(conn: &mut Conn, team: i64) -> Result<(), StoreError> {
    let now = Some(Timestamp::now().naive());
    let update = diesel::update(teams::table.find(team)).set(teams::promised_at.eq(now));
    with_conn!(conn, |c| update.execute(c).await)?;
    Ok(())
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
    let numbers: Vec<(i64, i64)> = with_conn!(conn, |c| team_sessions::table
        .filter(team_sessions::team_id.eq_any(&ids))
        .order(team_sessions::session_id)
        .select((team_sessions::team_id, team_sessions::session_id))
        .load(c)
        .await)?;
    let teams = rows.into_iter().map(|row| {
        let numbers = numbers.iter().filter(|(team, _)| *team == row.id);
        Ok(Team {
            id: TeamId(row.id),
            members: members.remove(&row.id).unwrap_or_default(),
            session_ids: numbers.map(|(_, session)| SessionId(*session)).collect(),
            routing: row.routing()?,
            sla: row.sla()?,
            hours: row.hours()?,
            away_message: row.away_message,
            name: row.name,
            created_at: field::instant(row.created_at),
        })
    });
    teams.collect()
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
