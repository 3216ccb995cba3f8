//! People as those who are given conversations: how they stand, what they can bear, and where they have a dashboard
//! open. Rows are made when somebody first comes or is first set.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use actors::event::{Audience, Envelope, Event};
use actors::model::agent::{Agent, AgentStatus, DEFAULT_CAPACITY, StatusReason};
use actors::model::ids::{OrganizationId, TagId, UserId};
use actors::model::user::Actor;
use actors::ports::store::{Receipt, StoreError};
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::db::Conn;
use super::schema::{agent_seats, agents, users};
use super::{Tenant, Unscoped, audit, conversation, event, field};
use crate::{in_tx, insert_all, with_conn};

/// An agent as it lies in the database.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = agents)]
pub(super) struct AgentRow {
    pub user_id: i64,
    pub organization_id: i64,
    pub status: String,
    pub reason: Option<String>,
    pub capacity: i64,
    pub since: NaiveDateTime,
    /// JSON: numbers of tags.
    pub skills: Option<String>,
}

/// A dashboard that somebody has open, on one run of a node.
#[derive(Clone, Insertable)]
#[diesel(table_name = agent_seats)]
pub(super) struct SeatRow {
    pub user_id: i64,
    pub life: i64,
    pub organization_id: i64,
}

/// What changes about an agent; absent means unchanged.
#[derive(Clone, Debug, Default)]
pub struct AgentChange {
    pub status: Option<AgentStatus>,
    /// Why, when it is not their own choice.
    pub reason: Option<StatusReason>,
    pub capacity: Option<u32>,
    /// All of them, instead of those that they have now.
    pub skills: Option<Vec<TagId>>,
    /// Nothing changes unless this is their status.
    pub only_if: Option<AgentStatus>,
}

impl Tenant {
    /// The agents, oldest colleagues first, after the user `after`.
    pub async fn list_agents(
        &self,
        after: Option<UserId>,
        limit: i64,
    ) -> Result<Vec<Agent>, StoreError> {
        let mut conn = self.db().read().await?;
        let ids: Vec<i64> = with_conn!(&mut conn, |c| users::table
            .filter(users::organization_id.eq(self.org()))
            .filter(users::id.gt(after.map_or(0, |id| id.0)))
            .order(users::id)
            .limit(limit)
            .select(users::id)
            .load(c)
            .await)?;
        load(&mut conn, self.org(), Some(&ids)).await
    }

    /// One agent.
    pub async fn find_agent(&self, id: UserId) -> Result<Agent, StoreError> {
        let mut conn = self.db().read().await?;
        one(&mut conn, self.org(), id).await
    }

    /// Changes how an agent stands, or what they can bear; nothing is told when nothing changes.
    pub async fn change_agent(
        &self,
        by: &Actor,
        id: UserId,
        change: AgentChange,
    ) -> Result<(Agent, Receipt), StoreError> {
        in_tx!(self.db(), |conn| {
            // Locks the organization's row: of two who change the same agent at once nothing is lost.
            event::take_seqs(conn, self.org(), 0).await?;
            let before = one(conn, self.org(), id).await?;
            if change.only_if.is_some_and(|wanted| wanted != before.status) {
                return Ok((before, Receipt::default()));
            }
            let status = change.status.unwrap_or(before.status);
            let reason = match change.status {
                Some(_) => change.reason,
                None => before.reason,
            };
            let capacity = change.capacity.unwrap_or(before.capacity);
            let skills = change.skills.as_ref().unwrap_or(&before.skills);
            let is_same = (status, reason, capacity)
                == (before.status, before.reason, before.capacity)
                && *skills == before.skills;
            if is_same {
                return Ok((before, Receipt::default()));
            }
            let is_here = !seated(conn, &[id.0]).await?.is_empty();
            let state = match is_here {
                true => status,
                false => AgentStatus::Offline,
            };
            let row = AgentRow {
                user_id: id.0,
                organization_id: self.org(),
                status: status.as_str().to_owned(),
                reason: reason.map(|reason| reason.as_str().to_owned()),
                capacity: i64::from(capacity),
                since: match state != before.state {
                    true => Timestamp::now().naive(),
                    false => before.since.naive(),
                },
                skills: numbers(skills)?,
            };
            save(conn, row).await?;
            let subject = id.to_string();
            if status != before.status {
                let details = json!({"status": status, "before": before.status, "reason": reason});
                let action = "agent.status_changed";
                audit::record(conn, self.store(), by, action, &subject, &details).await?;
            }
            if capacity != before.capacity {
                let details = json!({"capacity": capacity, "before": before.capacity});
                let action = "agent.capacity_changed";
                audit::record(conn, self.store(), by, action, &subject, &details).await?;
            }
            if *skills != before.skills {
                let details = json!({"skills": skills, "before": before.skills});
                let action = "agent.skills_changed";
                audit::record(conn, self.store(), by, action, &subject, &details).await?;
            }
            let agent = one(conn, self.org(), id).await?;
            let told = Event::AgentUpdated(Arc::new(agent.clone()));
            let told = event::append(conn, self.organization(), Audience::Everyone, told).await?;
            let receipt = Receipt {
                envelopes: vec![told],
                jobs: false,
            };
            Ok((agent, receipt))
        })
    }

    /// Somebody let a conversation pass: they are away, if they were online.
    pub(super) async fn miss(&self, id: UserId) -> Result<Receipt, StoreError> {
        let by = Actor::hub(self.organization());
        let change = AgentChange {
            status: Some(AgentStatus::Away),
            reason: Some(StatusReason::Missed),
            only_if: Some(AgentStatus::Online),
            ..AgentChange::default()
        };
        Ok(self.change_agent(&by, id, change).await?.1)
    }

    /// Tells how somebody stands now that their account changed.
    pub async fn tell_agent(&self, id: UserId) -> Result<Receipt, StoreError> {
        in_tx!(self.db(), |conn| {
            let agent = Arc::new(one(conn, self.org(), id).await?);
            let told = Event::AgentUpdated(agent);
            let told = event::append(conn, self.organization(), Audience::Everyone, told).await?;
            Ok(Receipt {
                envelopes: vec![told],
                jobs: false,
            })
        })
    }
}

impl Unscoped {
    /// These people have a dashboard open on the node `life`.
    pub async fn seat_agents(
        &self,
        life: i64,
        people: &HashSet<(OrganizationId, UserId)>,
    ) -> Result<Receipt, StoreError> {
        self.call_roll(people, Roll::Here(life)).await
    }

    /// These people have no dashboard open on the node `life` any more.
    pub async fn unseat_agents(
        &self,
        life: i64,
        people: &HashSet<(OrganizationId, UserId)>,
    ) -> Result<Receipt, StoreError> {
        self.call_roll(people, Roll::Gone(life)).await
    }

    /// Forgets the dashboards that were open on nodes that do not live any more.
    pub async fn forget_seats(&self, live: &[i64]) -> Result<Receipt, StoreError> {
        let mut conn = self.db().read().await?;
        let found: Vec<(i64, i64, i64)> = with_conn!(&mut conn, |c| agent_seats::table
            .filter(agent_seats::life.ne_all(live))
            .select((
                agent_seats::organization_id,
                agent_seats::user_id,
                agent_seats::life
            ))
            .load(c)
            .await)?;
        drop(conn);
        let mut lost: BTreeMap<i64, HashSet<(OrganizationId, UserId)>> = BTreeMap::new();
        for (organization, user, life) in found {
            let people = lost.entry(life).or_default();
            people.insert((OrganizationId(organization), UserId(user)));
        }
        let mut receipt = Receipt::default();
        for (life, people) in lost {
            receipt.add(self.unseat_agents(life, &people).await?);
        }
        Ok(receipt)
    }

    /// Notes who is here or gone, one organization after the other, and tells of those for whom that makes a difference.
    async fn call_roll(
        &self,
        people: &HashSet<(OrganizationId, UserId)>,
        roll: Roll,
    ) -> Result<Receipt, StoreError> {
        let mut all: BTreeMap<OrganizationId, BTreeSet<i64>> = BTreeMap::new();
        for (organization, user) in people {
            all.entry(*organization).or_default().insert(user.0);
        }
        let mut receipt = Receipt::default();
        for (organization, ids) in all {
            let ids: Vec<i64> = ids.into_iter().collect();
            let told = in_tx!(self.db(), |conn| {
                let moved = match roll {
                    Roll::Here(life) => take_seats(conn, organization, life, &ids).await?,
                    Roll::Gone(life) => leave_seats(conn, life, &ids).await?,
                };
                self.tell_moved(conn, organization, &moved).await
            })?;
            receipt.add(told);
        }
        Ok(receipt)
    }

    /// Notes since when they stand as they do now, and leaves the events that tell of it.
    async fn tell_moved(
        &self,
        conn: &mut Conn,
        organization: OrganizationId,
        ids: &[i64],
    ) -> Result<Receipt, StoreError> {
        if ids.is_empty() {
            return Ok(Receipt::default());
        }
        let now = Timestamp::now();
        let known: HashSet<i64> = rows(conn, organization.0, ids)
            .await?
            .into_iter()
            .map(|row| row.user_id)
            .collect();
        let fresh = ids.iter().filter(|id| !known.contains(id));
        let fresh: Vec<AgentRow> = fresh
            .map(|id| AgentRow {
                user_id: *id,
                organization_id: organization.0,
                status: AgentStatus::Online.as_str().to_owned(),
                reason: None,
                capacity: i64::from(DEFAULT_CAPACITY),
                since: now.naive(),
                skills: None,
            })
            .collect();
        insert_all!(conn, agents::table, fresh)?;
        with_conn!(conn, |c| diesel::update(
            agents::table.filter(agents::user_id.eq_any(ids))
        )
        .set(agents::since.eq(now.naive()))
        .execute(c)
        .await)?;
        let moved = load(conn, organization.0, Some(ids)).await?;
        let count = i64::try_from(moved.len()).unwrap_or(i64::MAX);
        let first = event::take_seqs(conn, organization.0, count).await?;
        let envelopes: Vec<Arc<Envelope>> = (first..)
            .zip(moved)
            .map(|(seq, agent)| {
                Arc::new(Envelope {
                    organization,
                    seq,
                    at: now,
                    audience: Audience::Everyone,
                    event: Event::AgentUpdated(Arc::new(agent)),
                    row: None,
                })
            })
            .collect();
        event::store(conn, &envelopes).await?;
        Ok(Receipt {
            envelopes,
            jobs: false,
        })
    }
}

/// What is said of people, on the node `life`.
#[derive(Clone, Copy)]
enum Roll {
    Here(i64),
    Gone(i64),
}

/// Gives those who had no dashboard open anywhere before.
async fn take_seats(
    conn: &mut Conn,
    organization: OrganizationId,
    life: i64,
    ids: &[i64],
) -> Result<Vec<i64>, StoreError> {
    let before = seated(conn, ids).await?;
    for user in ids {
        let row = SeatRow {
            user_id: *user,
            life,
            organization_id: organization.0,
        };
        with_conn!(conn, |c| diesel::insert_into(agent_seats::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(c)
            .await)?;
    }
    let came = ids.iter().copied().filter(|id| !before.contains(id));
    Ok(came.collect())
}

/// Gives those who have no dashboard open anywhere any more.
async fn leave_seats(conn: &mut Conn, life: i64, ids: &[i64]) -> Result<Vec<i64>, StoreError> {
    with_conn!(conn, |c| diesel::delete(
        agent_seats::table
            .filter(agent_seats::user_id.eq_any(ids))
            .filter(agent_seats::life.eq(life))
    )
    .execute(c)
    .await)?;
    let left = seated(conn, ids).await?;
    let gone = ids.iter().copied().filter(|id| !left.contains(id));
    Ok(gone.collect())
}

/// The agents of an organization, oldest colleagues first; of all, or of these ids.
pub(super) async fn load(
    conn: &mut Conn,
    organization: i64,
    ids: Option<&[i64]>,
) -> Result<Vec<Agent>, StoreError> {
    let people: Vec<(i64, String, NaiveDateTime, bool)> = with_conn!(conn, |c| {
        let mut query = users::table
            .filter(users::organization_id.eq(organization))
            .order(users::id)
            .select((users::id, users::name, users::created_at, users::disabled))
            .into_boxed();
        if let Some(ids) = ids {
            query = query.filter(users::id.eq_any(ids));
        }
        query.load(c).await
    })?;
    let all: Vec<i64> = people.iter().map(|(id, ..)| *id).collect();
    let seated = seated(conn, &all).await?;
    let known: HashMap<i64, AgentRow> = rows(conn, organization, &all)
        .await?
        .into_iter()
        .map(|row| (row.user_id, row))
        .collect();
    people
        .into_iter()
        .map(|(id, name, created_at, disabled)| {
            let row = known.get(&id);
            let status = match row {
                Some(row) => field::named("agent status", &row.status, AgentStatus::parse)?,
                None => AgentStatus::Online,
            };
            let reason = row.and_then(|row| row.reason.as_deref());
            let reason = reason
                .map(|name| field::named("reason", name, StatusReason::parse))
                .transpose()?;
            let capacity = row.map_or(i64::from(DEFAULT_CAPACITY), |row| row.capacity);
            Ok(Agent {
                id: UserId(id),
                name,
                status,
                // Whoever is locked out is gone, before their sockets are.
                state: match seated.contains(&id) && !disabled {
                    true => status,
                    false => AgentStatus::Offline,
                },
                reason,
                since: field::instant(row.map_or(created_at, |row| row.since)),
                capacity: u32::try_from(capacity).unwrap_or(0),
                skills: match row {
                    Some(row) => conversation::numbers_of(row.skills.as_deref())?,
                    None => Vec::new(),
                },
            })
        })
        .collect()
}

async fn one(conn: &mut Conn, organization: i64, id: UserId) -> Result<Agent, StoreError> {
    let mut found = load(conn, organization, Some(&[id.0])).await?;
    found.pop().ok_or(StoreError::NotFound)
}

async fn rows(
    conn: &mut Conn,
    organization: i64,
    ids: &[i64],
) -> Result<Vec<AgentRow>, StoreError> {
    // Mostly few of many: by their own index, even if PostgreSQL knows nothing yet of how many the organization has.
    let organization_id = agents::organization_id + 0_i64;
    with_conn!(conn, |c| agents::table
        .filter(organization_id.eq(organization))
        .filter(agents::user_id.eq_any(ids))
        .select(AgentRow::as_select())
        .load(c)
        .await)
}

/// Who of these has a dashboard open anywhere.
async fn seated(conn: &mut Conn, ids: &[i64]) -> Result<HashSet<i64>, StoreError> {
    let found: Vec<i64> = with_conn!(conn, |c| agent_seats::table
        .filter(agent_seats::user_id.eq_any(ids))
        .select(agent_seats::user_id)
        .load(c)
        .await)?;
    Ok(found.into_iter().collect())
}

async fn save(conn: &mut Conn, row: AgentRow) -> Result<(), StoreError> {
    with_conn!(conn, |c| diesel::insert_into(agents::table)
        .values(&row)
        .on_conflict(agents::user_id)
        .do_update()
        .set((
            agents::status.eq(&row.status),
            agents::reason.eq(&row.reason),
            agents::capacity.eq(row.capacity),
            agents::since.eq(row.since),
            agents::skills.eq(&row.skills),
        ))
        .execute(c)
        .await)?;
    Ok(())
}

/// Tags as their numbers; None when there are none.
fn numbers(tags: &[TagId]) -> Result<Option<String>, StoreError> {
    let numbers: Vec<i64> = tags.iter().map(|tag| tag.0).collect();
    match numbers.is_empty() {
        true => Ok(None),
        false => field::write(&numbers).map(Some),
    }
}
