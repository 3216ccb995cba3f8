//! Invitations to join the organization.

use std::time::Duration;

use actors::model::ids::InvitationId;
use actors::model::user::{Role, Who};
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
use crate::mail::letter;
use crate::secret::token::Token;
use crate::store::{Invitation, InvitationMail, NewInvitation};

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
    /// Whether the mail server took it; null: it is handed over by a person.
    mail: Option<InvitationMail>,
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
            mail: invitation.mail,
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
    /// The hub sends it by mail, if it can (`mail` of `GET /setup`).
    #[serde(default)]
    send_mail: bool,
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
    if form.send_mail && caller.app.mailer.is_none() {
        check.refuse("send_mail", "is not possible: this hub has no mail server");
    }
    check.finish()?;
    caller.check_reaches(form.role)?;
    if let Some(role) = caller.tenant().invited_as(&email).await? {
        caller.check_reaches(role)?;
    }
    let token = Token::new()?;
    let new = NewInvitation {
        email,
        role: form.role,
        hash: token.hash(),
        expires_at: Timestamp::now() + LIFE,
    };
    let created = caller.tenant().create_invitation(&caller.actor, &new).await;
    let mut invitation = created.map_err(|error| match error {
        StoreError::Conflict => ApiError::of(Code::EmailTaken),
        error => error.into(),
    })?;
    let url = format!(
        "{}/invitation/{}",
        caller.app.config.public_url,
        token.expose()
    );
    if form.send_mail {
        let mail = send(&caller, &invitation, &url).await?;
        invitation.mail = Some(mail);
    }
    Ok(Created(CreatedInvitation {
        invitation: invitation.into(),
        url,
    }))
}

/// Hands it to the mail server. Whoever invites has the link as well, whatever comes of it.
async fn send(
    caller: &Caller<ManageInvitations>,
    invitation: &Invitation,
    url: &str,
) -> ApiResult<InvitationMail> {
    let tenant = caller.tenant();
    let language = match caller.actor.who {
        Who::User(user) => tenant.find_language(user).await?,
        Who::ApiKey(_) | Who::System => None,
    };
    let organization = tenant.organization_name().await?;
    let language = language.as_deref();
    let letter = letter::invitation(language, &invitation.invited_by, &organization, url);
    let sent = match &caller.app.mailer {
        Some(mailer) => mailer.send(&invitation.email, letter).await,
        None => return Ok(InvitationMail::Failed),
    };
    let mail = match sent {
        Ok(()) => InvitationMail::Sent,
        Err(error) => {
            tracing::warn!(%error, invitation = %invitation.id, "an invitation could not be mailed");
            InvitationMail::Failed
        }
    };
    tenant.note_invitation_mail(invitation.id, mail).await?;
    Ok(mail)
}

/// Takes an invitation back.
pub async fn delete(
    caller: Caller<ManageInvitations>,
    Path(id): Path<InvitationId>,
) -> ApiResult<Done> {
    let tenant = caller.tenant();
    caller.check_reaches(tenant.role_of_invitation(id).await?)?;
    tenant.delete_invitation(&caller.actor, id).await?;
    Ok(Done)
}
