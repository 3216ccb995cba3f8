//! Teams: groups of agents that take care of conversations together.

use actors::model::ids::{TeamId, UserId};
use actors::ports::store::StoreError;
use serde::Deserialize;
use utoipa::ToSchema;

use super::answer::{Created, Done, Shown};
use super::check::Check;
use super::error::{ApiError, ApiResult, Code};
use super::extract::{Body, Caller, Path};
use super::page::{List, Page};
use super::permission::{ManageTeams, ReadUsers};
use crate::store::{Team, TeamChange};

/// Members of one team.
const MOST_MEMBERS: usize = 1000;

/// The teams, oldest first.
pub async fn list(caller: Caller<ReadUsers>, page: Page) -> ApiResult<List<Team>> {
    let rows = caller
        .tenant()
        .list_teams(page.after()?, page.rows())
        .await?;
    page.of(rows, |team| team.id)
}

/// A new team.
#[derive(Deserialize, ToSchema)]
pub struct CreateTeam {
    name: String,
    #[serde(default)]
    member_ids: Vec<UserId>,
}

/// Makes a team.
pub async fn create(
    caller: Caller<ManageTeams>,
    Body(form): Body<CreateTeam>,
) -> ApiResult<Created<Team>> {
    let mut check = Check::default();
    let name = check.name("name", &form.name);
    check_count(&mut check, &form.member_ids);
    check.finish()?;
    let tenant = caller.tenant();
    let made = tenant.create_team(&caller.actor, &name, &form.member_ids);
    let (team, receipt) = made.await.map_err(strangers)?;
    caller.app.hub.announce(receipt);
    Ok(Created(team))
}

/// What changes about a team; absent means unchanged.
#[derive(Deserialize, ToSchema)]
pub struct ChangeTeam {
    name: Option<String>,
    /// All of them, instead of those who are in it now.
    member_ids: Option<Vec<UserId>>,
}

/// Changes a team's name or members.
pub async fn change(
    caller: Caller<ManageTeams>,
    Path(id): Path<TeamId>,
    Body(form): Body<ChangeTeam>,
) -> ApiResult<Shown<Team>> {
    let mut check = Check::default();
    let name = form.name.map(|name| check.name("name", &name));
    check_count(&mut check, form.member_ids.as_deref().unwrap_or_default());
    check.finish()?;
    let change = TeamChange {
        name,
        members: form.member_ids,
    };
    let tenant = caller.tenant();
    // Told apart from a member who is nobody.
    tenant.find_team(id).await?;
    let changed = tenant.change_team(&caller.actor, id, &change).await;
    let (team, receipt) = changed.map_err(strangers)?;
    caller.app.hub.announce(receipt);
    Ok(Shown(team))
}

/// Takes a team out of use; its conversations keep it until somebody moves them.
pub async fn delete(caller: Caller<ManageTeams>, Path(id): Path<TeamId>) -> ApiResult<Done> {
    let receipt = caller.tenant().archive_team(&caller.actor, id).await?;
    caller.app.hub.announce(receipt);
    Ok(Done)
}

fn check_count(check: &mut Check, members: &[UserId]) {
    if members.len() > MOST_MEMBERS {
        check.refuse("member_ids", format!("must be at most {MOST_MEMBERS}"));
    }
}

fn strangers(error: StoreError) -> ApiError {
    match error {
        StoreError::NotFound => ApiError::of(Code::ValidationFailed)
            .field("member_ids", "must be users of this organization"),
        error => error.into(),
    }
}
