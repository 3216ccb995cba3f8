//! The colleagues: who they are, what they may do, and a way back in for those who lost their password.

use actors::model::ids::UserId;
use actors::model::user::{Role, Who};
use actors::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::answer::{Created, Shown};
use super::auth::{RESET_LIFE, reset_url};
use super::error::{ApiError, ApiResult, Code};
use super::extract::{Body, Caller, Path};
use super::page::{List, Page};
use super::permission::{ManageUsers, ReadUsers};
use crate::secret::token::Token;
use crate::store::{User, UserChange, UserChanged};

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
}

/// Changes a user's role or locks them out; their tokens and sockets follow at once.
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
    };
    match tenant.change_user(&caller.actor, id, &change).await? {
        UserChanged::Done(user) => {
            caller.app.expel(tenant.organization(), Who::User(id));
            caller.app.hub.announce(tenant.tell_agent(id).await?);
            Ok(Shown(user.into()))
        }
        UserChanged::LastOwner => Err(ApiError::of(Code::LastOwner)),
    }
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
