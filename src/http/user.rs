//! The colleagues: who they are, what they may do, and a way back in for those who lost their password.

use actors::model::conversation::{ConversationChange, ConversationStatus};
use actors::model::ids::UserId;
use actors::model::user::{Actor, Role, Who};
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use serde::{Deserialize, Serialize};
use tracing::Instrument;
use utoipa::ToSchema;

use super::answer::{Created, Shown};
use super::auth::{RESET_LIFE, reset_url};
use super::error::{ApiError, ApiResult, Code};
use super::extract::{Body, Caller, Path};
use super::page::{List, Page};
use super::permission::{ManageUsers, ReadUsers};
use super::state::App;
use crate::secret::token::Token;
use crate::store::{AssigneeFilter, ConversationFilter, User, UserChange, UserChanged};

/// A user as colleagues see them.
#[derive(Serialize, ToSchema)]
pub struct UserView {
    id: UserId,
    name: String,
    email: String,
    role: Role,
    /// Locked out by an admin.
    disabled: bool,
    /// Whether a code is asked for besides the password; for admins, and of oneself.
    #[serde(skip_serializing_if = "Option::is_none")]
    two_factor: Option<bool>,
    created_at: Timestamp,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            name: user.name,
            email: user.email,
            role: user.role,
            disabled: user.disabled,
            two_factor: Some(user.two_factor),
            created_at: user.created_at,
        }
    }
}

/// The users of the organization, oldest first.
pub async fn list(caller: Caller<ReadUsers>, page: Page) -> ApiResult<List<UserView>> {
    let rows = caller
        .tenant()
        .list_users(page.after()?, page.rows())
        .await?;
    // Who is easier to break into is not for everybody to know.
    let shown = caller.may::<ManageUsers>();
    let view = |user: User| UserView {
        two_factor: shown.then_some(user.two_factor),
        ..user.into()
    };
    page.of(rows.into_iter().map(view).collect(), |user| user.id)
}

/// What admins may change about others.
#[derive(Deserialize, ToSchema)]
pub struct ChangeUser {
    role: Option<Role>,
    disabled: Option<bool>,
    /// Whether the API keys that they made go on when they may make them no longer.
    #[serde(default)]
    keep_api_keys: bool,
}

/// Changes a user's role or locks them out; their tokens and sockets follow at once. With the right to hand them out end the
/// invitations, links to new passwords and API keys that they handed out: all, or what reaches above the new role.
pub async fn change(
    caller: Caller<ManageUsers>,
    Path(id): Path<UserId>,
    Body(form): Body<ChangeUser>,
) -> ApiResult<Shown<UserView>> {
    let tenant = caller.tenant();
    let before = tenant.find_user(id).await?;
    caller.check_reaches(before.role)?;
    caller.check_reaches(form.role.unwrap_or(before.role))?;
    let change = UserChange {
        role: form.role,
        disabled: form.disabled,
        keeps_keys: form.keep_api_keys,
    };
    match tenant.change_user(&caller.actor, id, &change).await? {
        UserChanged::Done(user, keys) => {
            for who in keys.into_iter().map(Who::ApiKey).chain([Who::User(id)]) {
                caller.app.expel(tenant.organization(), who);
            }
            caller.app.hub.announce(tenant.tell_agent(id).await?);
            if user.disabled && !before.disabled {
                let giving_back = give_back(caller.app.clone(), caller.actor.clone(), id);
                actix_web::rt::spawn(giving_back.in_current_span());
            }
            Ok(Shown(user.into()))
        }
        UserChanged::LastOwner => Err(ApiError::of(Code::LastOwner)),
    }
}

/// Conversations that are taken from somebody at a time, and how many times.
const AT_A_TIME: i64 = 100;
const TIMES: usize = 1_000;

/// Takes what is not done from whoever is locked out, so that it is found among what is nobody's. What stays theirs because
/// the hub ends meanwhile is found by the filter for their name.
async fn give_back(app: App, by: Actor, user: UserId) {
    let statuses = [
        ConversationStatus::Open,
        ConversationStatus::Pending,
        ConversationStatus::Snoozed,
    ];
    for status in statuses {
        if let Err(error) = give_back_of(&app, &by, user, status).await {
            tracing::error!(%error, user.id = %user, "conversations of whoever was locked out stay theirs");
        }
    }
}

async fn give_back_of(
    app: &App,
    by: &Actor,
    user: UserId,
    status: ConversationStatus,
) -> Result<(), StoreError> {
    let tenant = app.store.tenant(by.organization);
    let theirs = ConversationFilter {
        status: Some(status),
        assignee: Some(AssigneeFilter::User(user)),
        ..ConversationFilter::default()
    };
    let change = ConversationChange {
        leave: Some(user),
        ..ConversationChange::default()
    };
    for _ in 0..TIMES {
        let mut taken = 0;
        for row in tenant.list_conversations(&theirs, AT_A_TIME).await? {
            match app.hub.change(by, row.id, change.clone()).await {
                Ok(_) => taken += 1,
                Err(error) => {
                    tracing::warn!(%error, conversation.id = %row.id, "it stays with whoever was locked out");
                }
            }
        }
        // Those that were taken are not found again; others would be, for ever.
        if taken == 0 {
            break;
        }
    }
    Ok(())
}

/// A link, shown once.
#[derive(Serialize, ToSchema)]
pub struct ResetLink {
    url: String,
    expires_at: Timestamp,
}

/// Makes a link by which a user sets a new password; to be handed over by another way.
pub async fn create_reset_link(
    caller: Caller<ManageUsers>,
    Path(id): Path<UserId>,
) -> ApiResult<Created<ResetLink>> {
    let tenant = caller.tenant();
    let user = tenant.find_user(id).await?;
    // Whoever holds the link enters as that user.
    caller.check_reaches(user.role)?;
    if caller.user()? == id {
        // An open page that somebody else sits at must not be enough.
        return Err(
            ApiError::of(Code::Forbidden).detail("your own password is changed by the present one")
        );
    }
    let token = Token::new()?;
    let expires_at = Timestamp::now() + RESET_LIFE;
    tenant
        .create_reset(&caller.actor, id, &token.hash(), expires_at)
        .await?;
    let url = reset_url(&caller.app.config, &token);
    Ok(Created(ResetLink { url, expires_at }))
}
