//! Where people are signed in: seen and ended by themselves, ended by admins.

use actors::model::ids::{LoginId, UserId};
use actors::model::user::Who;
use actors::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::Done;
use super::error::ApiResult;
use super::extract::{Caller, Path};
use super::page::{List, Page};
use super::permission::{ManageUsers, UseAccount};
use crate::store::{OpenLogin, Which};

/// A place where the caller is signed in.
#[derive(Serialize, ToSchema)]
pub struct LoginView {
    id: LoginId,
    created_at: Timestamp,
    /// When it last fetched fresh tokens.
    last_used_at: Timestamp,
    /// From where, then; null for a log-in from before this was kept.
    address: Option<String>,
    /// What the program calls itself (its user agent), shortened.
    client: Option<String>,
    /// Whether it is the one that asks.
    current: bool,
}

impl LoginView {
    fn new(login: OpenLogin, current: Option<LoginId>) -> Self {
        Self {
            id: login.id,
            created_at: login.created_at,
            last_used_at: login.last_used_at,
            address: login.address,
            client: login.client.filter(|client| !client.is_empty()),
            current: current == Some(login.id),
        }
    }
}

/// Where the caller is signed in, newest first.
pub async fn list(caller: Caller<UseAccount>, page: Page) -> ApiResult<List<LoginView>> {
    let (tenant, user) = (caller.tenant(), caller.user()?);
    let now = Timestamp::now();
    let rows = tenant
        .list_logins(user, page.after()?, page.rows(), now)
        .await?;
    let shown = |login| LoginView::new(login, caller.login);
    page.of(rows.into_iter().map(shown).collect(), |row| row.id)
}

/// Ends one of the caller's log-ins.
pub async fn end(caller: Caller<UseAccount>, Path(id): Path<LoginId>) -> ApiResult<Done> {
    let user = caller.user()?;
    sign_out(&caller, user, Which::One(id)).await
}

/// Ends all log-ins of the caller but the one that asks.
pub async fn end_others(caller: Caller<UseAccount>) -> ApiResult<Done> {
    let user = caller.user()?;
    sign_out(&caller, user, Which::AllBut(caller.login)).await
}

/// Ends all log-ins of a user; they may sign in again.
pub async fn end_all_of(caller: Caller<ManageUsers>, Path(id): Path<UserId>) -> ApiResult<Done> {
    let user = caller.tenant().find_user(id).await?;
    caller.check_reaches(user.role)?;
    sign_out(&caller, id, Which::AllBut(None)).await
}

async fn sign_out<P>(caller: &Caller<P>, user: UserId, which: Which) -> ApiResult<Done> {
    let tenant = caller.tenant();
    let now = Timestamp::now();
    tenant.sign_out(&caller.actor, user, which, now).await?;
    // Sockets of log-ins that stay come back at once.
    caller.app.expel(tenant.organization(), Who::User(user));
    Ok(Done)
}
