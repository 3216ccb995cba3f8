//! Teams: groups of agents that take care of conversations together.

use actors::model::hours::Hours;
use actors::model::ids::{SessionId, TeamId, UserId};
use actors::model::queue::Routing;
use actors::model::sla::Sla;
use actors::ports::store::StoreError;
use serde::Deserialize;
use utoipa::ToSchema;

use super::answer::{Created, Done, Shown};
use super::check::Check;
use super::error::{ApiError, ApiResult, Code};
use super::extract::{Body, Caller, Path, given};
use super::page::{List, Page};
use super::permission::{ManageTeams, ReadUsers};
use crate::store::{Team, TeamChange};

/// Members of one team.
const MOST_MEMBERS: usize = 1000;
/// An agent must be able to see it and to click.
const LEAST_TO_ACCEPT: u32 = 5;
/// A promise that nobody can keep within a second is none.
const LEAST_PROMISE: u32 = 1;
/// Thirty days.
const MOST_PROMISE: u32 = 30 * 24 * 60 * 60;
/// The Cloud API's limit of a text.
const MOST_LETTERS: usize = 4096;
/// A week.
const MOST_SECONDS: u32 = 7 * 24 * 60 * 60;

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
    /// Numbers whose conversations are its while they have no team; another team loses them.
    #[serde(default)]
    session_ids: Vec<SessionId>,
    /// Absent: its agents take what waits themselves.
    routing: Option<Routing>,
    /// Absent: it promises nothing.
    sla: Option<Sla>,
    /// Null: around the clock.
    hours: Option<Hours>,
    /// What a contact is told who writes while it is closed; null: nothing.
    away_message: Option<String>,
}

/// Makes a team.
pub async fn create(
    caller: Caller<ManageTeams>,
    Body(form): Body<CreateTeam>,
) -> ApiResult<Created<Team>> {
    let mut check = Check::default();
    let name = check.name("name", &form.name);
    let setting = TeamChange {
        name: None,
        members: Some(form.member_ids),
        sessions: Some(form.session_ids),
        routing: form.routing,
        sla: form.sla,
        hours: Some(form.hours),
        away_message: Some(form.away_message),
    };
    check_setting(&mut check, &setting);
    check.finish()?;
    let tenant = caller.tenant();
    check_known(&caller, None, &setting).await?;
    let made = tenant.create_team(&caller.actor, &name, &setting);
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
    /// All numbers whose conversations are its while they have no team; another team loses them.
    session_ids: Option<Vec<SessionId>>,
    /// All of the rules.
    routing: Option<Routing>,
    /// All of the promises.
    sla: Option<Sla>,
    /// Null: around the clock.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Hours>)]
    hours: Option<Option<Hours>>,
    /// Null: none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    away_message: Option<Option<String>>,
}

/// Changes a team's name, members, numbers or rules.
pub async fn change(
    caller: Caller<ManageTeams>,
    Path(id): Path<TeamId>,
    Body(form): Body<ChangeTeam>,
) -> ApiResult<Shown<Team>> {
    let mut check = Check::default();
    let name = form.name.map(|name| check.name("name", &name));
    let change = TeamChange {
        name,
        members: form.member_ids,
        sessions: form.session_ids,
        routing: form.routing,
        sla: form.sla,
        hours: form.hours,
        away_message: form.away_message,
    };
    check_setting(&mut check, &change);
    check.finish()?;
    let tenant = caller.tenant();
    // Told apart from a member who is nobody.
    tenant.find_team(id).await?;
    check_known(&caller, Some(id), &change).await?;
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

fn check_setting(check: &mut Check, setting: &TeamChange) {
    let members = setting.members.as_ref().map_or(0, Vec::len);
    if members > MOST_MEMBERS {
        check.refuse("member_ids", format!("must be at most {MOST_MEMBERS}"));
    }
    let sessions = setting.sessions.as_ref().map_or(0, Vec::len);
    if sessions > MOST_MEMBERS {
        check.refuse("session_ids", format!("must be at most {MOST_MEMBERS}"));
    }
    if let Some(routing) = &setting.routing {
        check_routing(check, routing);
    }
    if let Some(sla) = &setting.sla {
        check_sla(check, sla);
    }
    if let Some(Some(hours)) = &setting.hours
        && let Err((field, why)) = hours.check()
    {
        check.refuse(&format!("hours.{field}"), why);
    }
    if let (Some(sla), Some(Some(hours))) = (&setting.sla, &setting.hours)
        && sla.in_hours
        && let (Some(longest), Some(calendar)) = (sla.longest(), hours.calendar())
        && longest > calendar.horizon()
    {
        check.refuse("sla.in_hours", "can't be kept within a year of these hours");
    }
    if let Some(Some(text)) = &setting.away_message {
        let letters = text.chars().count();
        if text.trim().is_empty() || letters > MOST_LETTERS {
            check.refuse(
                "away_message",
                format!("must be 1 to {MOST_LETTERS} letters"),
            );
        }
        if text.contains("{{") {
            check.refuse("away_message", "is sent as it stands: nothing is filled in");
        }
    }
}

fn check_sla(check: &mut Check, sla: &Sla) {
    for (field, seconds) in [
        ("sla.first_reply_seconds", sla.first_reply_seconds),
        ("sla.reply_seconds", sla.reply_seconds),
        ("sla.resolution_seconds", sla.resolution_seconds),
    ] {
        if seconds.is_some_and(|seconds| !(LEAST_PROMISE..=MOST_PROMISE).contains(&seconds)) {
            check.refuse(field, format!("must be {LEAST_PROMISE} to {MOST_PROMISE}"));
        }
    }
}

fn check_routing(check: &mut Check, routing: &Routing) {
    for (field, seconds, least) in [
        (
            "routing.accept_seconds",
            routing.accept_seconds,
            LEAST_TO_ACCEPT,
        ),
        ("routing.overflow_seconds", routing.overflow_seconds, 0),
        ("routing.skill_seconds", routing.skill_seconds, 0),
    ] {
        if seconds.is_some_and(|seconds| !(least..=MOST_SECONDS).contains(&seconds)) {
            check.refuse(field, format!("must be {least} to {MOST_SECONDS}"));
        }
    }
    if routing.overflow_team_id.is_some() != routing.overflow_seconds.is_some() {
        let why = "goes with routing.overflow_seconds, and the other way round";
        check.refuse("routing.overflow_team_id", why);
    }
}

/// What it names has to be the organization's.
async fn check_known(
    caller: &Caller<ManageTeams>,
    id: Option<TeamId>,
    setting: &TeamChange,
) -> ApiResult<()> {
    let tenant = caller.tenant();
    let refused =
        |field: &str, why: &str| Err(ApiError::of(Code::ValidationFailed).field(field, why));
    for session in setting.sessions.iter().flatten() {
        if matches!(
            tenant.find_session(*session).await,
            Err(StoreError::NotFound)
        ) {
            return refused("session_ids", "must be numbers of this organization");
        }
    }
    let routing = setting.routing.as_ref();
    let escalation = setting.sla.as_ref().and_then(|sla| sla.escalation.as_ref());
    for (field, other) in [
        (
            "routing.overflow_team_id",
            routing.and_then(|it| it.overflow_team_id),
        ),
        (
            "sla.escalation.team_id",
            escalation.and_then(|it| it.team_id),
        ),
    ] {
        let Some(other) = other else { continue };
        if id == Some(other) {
            return refused(field, "must be another team");
        }
        match tenant.find_team(other).await {
            Err(StoreError::NotFound) => {
                return refused(field, "must be a team of this organization");
            }
            found => found.map(drop)?,
        }
    }
    Ok(())
}

fn strangers(error: StoreError) -> ApiError {
    match error {
        StoreError::NotFound => ApiError::of(Code::ValidationFailed)
            .field("member_ids", "must be users of this organization"),
        error => error.into(),
    }
}
