//! Invitations to join the organization.

use std::time::Duration;

use actors::model::ids::InvitationId;
use actors::model::user::Role;
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::answer::{Created, Done};
use super::check::Check;
use super::error::{ApiError, ApiResult, Code};
use super::extract::{Body, Caller, Path};
use super::page::{List, Page};
use super::permission::ManageInvitations;
use crate::secret::token::Token;
use crate::store::{Invitation, NewInvitation};

/// How long an invitation works.
const LIFE: Duration = Duration::from_secs(7 * 86_400);

/// An invitation that waits for an answer.
#[derive(Serialize, ToSchema)]
pub struct InvitationView {
    id: InvitationId,
    email: String,
    role: Role,
    /// The name of whoever invited.
    invited_by: String,
    created_at: Timestamp,
    expires_at: Timestamp,
}

impl From<Invitation> for InvitationView {
    fn from(invitation: Invitation) -> Self {
        Self {
            id: invitation.id,
            email: invitation.email,
            role: invitation.role,
            invited_by: invitation.invited_by,
            created_at: invitation.created_at,
            expires_at: invitation.expires_at,
        }
    }
}

/// The invitations that nobody accepted yet, newest first.
pub async fn list(
    caller: Caller<ManageInvitations>,
    page: Page,
) -> ApiResult<List<InvitationView>> {
    let tenant = caller.tenant();
    let rows = tenant.list_invitations(page.after()?, page.rows()).await?;
    let rows = rows.into_iter().map(InvitationView::from).collect();
    page.of(rows, |invitation: &InvitationView| invitation.id)
}

/// Whom to invite, and as what.
#[derive(Deserialize, ToSchema)]
pub struct Invite {
    email: String,
    role: Role,
}

/// A fresh invitation; its link is shown this once.
#[derive(Serialize, ToSchema)]
pub struct CreatedInvitation {
    invitation: InvitationView,
    url: String,
}

/// Invites somebody; an earlier invitation to the same e-mail ends.
pub async fn create(
    caller: Caller<ManageInvitations>,
    Body(form): Body<Invite>,
) -> ApiResult<Created<CreatedInvitation>> {
    let mut check = Check::default();
    let email = check.email("email", &form.email);
    check.finish()?;
    caller.check_reaches(form.role)?;
    let token = Token::new()?;
    let new = NewInvitation {
        email,
        role: form.role,
        hash: token.hash(),
        expires_at: Timestamp::now() + LIFE,
    };
    let created = caller.tenant().create_invitation(&caller.actor, &new).await;
    let invitation = created.map_err(|error| match error {
        StoreError::Conflict => ApiError::of(Code::EmailTaken),
        error => error.into(),
    })?;
    let url = format!(
        "{}/invitation/{}",
        caller.app.config.public_url,
        token.expose()
    );
    Ok(Created(CreatedInvitation {
        invitation: invitation.into(),
        url,
    }))
}

/// Takes an invitation back.
pub async fn delete(
    caller: Caller<ManageInvitations>,
    Path(id): Path<InvitationId>,
) -> ApiResult<Done> {
    caller.tenant().delete_invitation(&caller.actor, id).await?;
    Ok(Done)
}
