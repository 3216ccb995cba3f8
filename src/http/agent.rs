//! People as those who are given conversations: how they stand, and how much they can bear.

use actors::model::agent::{Agent, AgentStatus, StatusReason};
use actors::model::ids::{TagId, UserId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::answer::Shown;
use super::check::Check;
use super::error::{ApiError, ApiResult, Code};
use super::extract::{Body, Caller, Path};
use super::page::{List, Page};
use super::permission::{ManageTeams, ReadUsers, UseAccount};
use crate::store::AgentChange;

/// Open conversations that one agent can be given.
const MOST_CAPACITY: u32 = 500;
/// Tags that one agent can be good at.
const MOST_SKILLS: usize = 50;

/// The agents, oldest colleagues first.
pub async fn list(caller: Caller<ReadUsers>, page: Page) -> ApiResult<List<Agent>> {
    let rows = caller
        .tenant()
        .list_agents(page.after()?, page.rows())
        .await?;
    page.of(rows, |agent| agent.id)
}

/// One agent.
pub async fn show(caller: Caller<ReadUsers>, Path(id): Path<UserId>) -> ApiResult<Shown<Agent>> {
    Ok(Shown(caller.tenant().find_agent(id).await?))
}

/// How the caller stands.
pub async fn mine(caller: Caller<UseAccount>) -> ApiResult<Shown<Agent>> {
    Ok(Shown(caller.tenant().find_agent(caller.user()?).await?))
}

/// How the caller stands from now on.
#[derive(Deserialize, ToSchema)]
pub struct SetStatus {
    status: AgentStatus,
    /// With the status `away`: because nobody touched the dashboard, rather than by choice.
    #[serde(default)]
    idle: bool,
}

/// Says how the caller stands from now on; only who is online is given conversations.
pub async fn set_mine(
    caller: Caller<UseAccount>,
    Body(form): Body<SetStatus>,
) -> ApiResult<Shown<Agent>> {
    let change = AgentChange {
        status: Some(form.status),
        reason: (form.idle && form.status == AgentStatus::Away).then_some(StatusReason::Idle),
        ..AgentChange::default()
    };
    let (user, tenant) = (caller.user()?, caller.tenant());
    let (agent, receipt) = tenant.change_agent(&caller.actor, user, change).await?;
    caller.app.hub.announce(receipt);
    Ok(Shown(agent))
}

/// What changes about an agent; absent means unchanged.
#[derive(Deserialize, ToSchema)]
pub struct ChangeAgent {
    status: Option<AgentStatus>,
    /// Open conversations that they are given at most.
    capacity: Option<u32>,
    /// The tags that they are good at: all of them, instead of those that they have now.
    skills: Option<Vec<TagId>>,
}

/// Changes how an agent stands, what they can bear, or what they are good at.
pub async fn change(
    caller: Caller<ManageTeams>,
    Path(id): Path<UserId>,
    Body(form): Body<ChangeAgent>,
) -> ApiResult<Shown<Agent>> {
    let mut check = Check::default();
    if form
        .capacity
        .is_some_and(|capacity| capacity > MOST_CAPACITY)
    {
        check.refuse("capacity", format!("must be at most {MOST_CAPACITY}"));
    }
    let skills = form.skills.map(|mut skills| {
        skills.sort_unstable();
        skills.dedup();
        skills
    });
    let skilled = skills.as_deref().unwrap_or_default();
    if skilled.len() > MOST_SKILLS {
        check.refuse("skills", format!("must be at most {MOST_SKILLS}"));
    }
    check.finish()?;
    let tenant = caller.tenant();
    let known = tenant.known_tags(skilled).await?;
    if let Some(tag) = skilled.iter().find(|tag| !known.contains(tag)) {
        return Err(ApiError::of(Code::ValidationFailed)
            .field("skills", format!("{tag} is not a tag of this organization")));
    }
    let change = AgentChange {
        status: form.status,
        reason: form.status.map(|_| StatusReason::Forced),
        capacity: form.capacity,
        skills,
        only_if: None,
    };
    let (agent, receipt) = tenant.change_agent(&caller.actor, id, change).await?;
    caller.app.hub.announce(receipt);
    Ok(Shown(agent))
}
