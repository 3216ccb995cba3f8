//! Teams' waiting lines: how they fare, what waits in them, taking the next one, and accepting what was given.

use actors::model::conversation::{Conversation, ConversationChange, TeamBrief};
use actors::model::ids::{ConversationId, TeamId, UserId};
use actors::model::queue::{QueueFigures, Route};
use actors::model::user::{Role, UserBrief};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::answer::Shown;
use super::error::{ApiError, ApiResult, Code};
use super::extract::{Body, Caller, Path};
use super::page::{List, Page};
use super::permission::{ReadConversations, WorkConversations};
use super::pressure::Spare;

/// Conversations that are tried when others take them at the same time.
const TRIES: i64 = 8;

/// How all lines fare.
#[derive(Serialize, ToSchema)]
pub struct Queues {
    /// Oldest team first; last the conversations of no team.
    data: Vec<QueueFigures>,
}

/// How all lines fare; what each agent does only supervisors see.
pub async fn list(caller: Caller<ReadConversations>) -> ApiResult<Shown<Queues>> {
    caller.app.pressure.allow(Spare::Analytics)?;
    let mut data = caller.app.hub.queues(caller.actor.organization).await?;
    if caller.actor.role < Role::Supervisor {
        for figures in &mut data {
            figures.agents.clear();
        }
    }
    Ok(Shown(Queues { data }))
}

/// What waits in a team's line, next first: its head only, for the line moves on.
pub async fn line(
    caller: Caller<ReadConversations>,
    Path(id): Path<TeamId>,
    page: Page,
) -> ApiResult<List<Conversation>> {
    let tenant = caller.tenant();
    // Another organization's team is not there, rather than empty.
    tenant.find_team(id).await?;
    let rows = tenant.line(&[id], page.rows() - 1).await?;
    page.of(rows, |row| row.id)
}

/// Whose next conversation.
#[derive(Deserialize, ToSchema)]
pub struct TakeNext {
    /// Absent: of all teams that the caller is in, whatever hurries most.
    team_id: Option<TeamId>,
}

/// What was taken.
#[derive(Serialize, ToSchema)]
pub struct Taken {
    /// Null when nothing waits.
    conversation: Option<Conversation>,
}

/// Gives the caller the next conversation that waits for one of their teams.
pub async fn take_next(
    caller: Caller<WorkConversations>,
    Body(form): Body<TakeNext>,
) -> ApiResult<Shown<Taken>> {
    let (user, tenant) = (caller.user()?, caller.tenant());
    let me = UserBrief {
        id: user,
        name: caller.actor.name.clone(),
    };
    let mut teams = tenant.teams_of(user).await?;
    if let Some(wanted) = form.team_id {
        teams.retain(|team| team.id == wanted);
        if teams.is_empty() {
            return Err(ApiError::of(Code::ValidationFailed)
                .field("team_id", "must be a team that you are in"));
        }
    }
    let ids: Vec<TeamId> = teams.iter().map(|team| team.id).collect();
    for _ in 0..TRIES {
        let first = tenant.line(&ids, 1).await?.pop();
        let Some((first, team)) = first.and_then(|row| row.team.clone().map(|team| (row, team)))
        else {
            return Ok(Shown(Taken { conversation: None }));
        };
        if let Some(taken) = take(&caller, &first, team, &me).await? {
            return Ok(Shown(Taken {
                conversation: Some(taken),
            }));
        }
    }
    Err(ApiError::of(Code::Busy))
}

/// Takes it, unless somebody else was quicker.
async fn take(
    caller: &Caller<WorkConversations>,
    first: &Conversation,
    team: TeamBrief,
    me: &UserBrief,
) -> ApiResult<Option<Conversation>> {
    let change = ConversationChange {
        route: Some(Route {
            from: Some(team.id),
            team,
            to: Some(me.clone()),
            until: None,
        }),
        ..ConversationChange::default()
    };
    let taken = caller.app.hub.change(&caller.actor, first.id, change).await;
    let taken = taken?;
    Ok(has(&taken, me.id).then_some(taken))
}

fn has(conversation: &Conversation, user: UserId) -> bool {
    let assignee = conversation.assignee.as_ref();
    assignee.is_some_and(|assignee| assignee.id == user)
}

/// Accepts a conversation that was given to the caller; nobody else gets it then.
pub async fn accept(
    caller: Caller<WorkConversations>,
    Path(id): Path<ConversationId>,
) -> ApiResult<Shown<Conversation>> {
    let user = caller.user()?;
    // Of somebody else's it changes nothing.
    let change = ConversationChange {
        accept: Some(user),
        ..ConversationChange::default()
    };
    let accepted = caller.app.hub.change(&caller.actor, id, change).await?;
    match has(&accepted, user) {
        true => Ok(Shown(accepted)),
        false => Err(ApiError::of(Code::Conflict).detail("it is not yours, or not any more")),
    }
}
