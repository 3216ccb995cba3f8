//! Connected WhatsApp numbers. Credentials go in and never come out again; only the verify token is shown,
//! and to admins only, because it has to be typed at the provider.

use std::collections::HashMap;

use actors::model::ids::SessionId;
use actors::model::session::{Session, SessionStatus};
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use utoipa::ToSchema;

use super::answer::{Created, Done, Shown};
use super::check::Check;
use super::error::{ApiError, ApiResult, Code};
use super::extract::{Body, Caller, Path};
use super::page::{List, Page};
use super::permission::{ManageNumbers, Permission, ReadNumbers};
use crate::secret::token::Token;
use crate::store::{NewSession, SessionChange};

/// The numbers, oldest first.
pub async fn list(caller: Caller<ReadNumbers>, page: Page) -> ApiResult<List<Session>> {
    let tenant = caller.tenant();
    let mut rows = tenant.list_sessions(page.after()?, page.rows()).await?;
    reveal(&caller, &mut rows).await?;
    page.of(rows, |session| session.id)
}

/// One number.
pub async fn show(
    caller: Caller<ReadNumbers>,
    Path(id): Path<SessionId>,
) -> ApiResult<Shown<Session>> {
    let session = caller.tenant().find_session(id).await?;
    revealed(&caller, session).await
}

/// A number to connect, with the credentials of its Meta app.
#[derive(Deserialize, ToSchema)]
pub struct CreateSession {
    name: String,
    /// `cloud_api`.
    provider: String,
    phone_number_id: String,
    business_account_id: String,
    #[schema(value_type = String)]
    access_token: SecretString,
    #[schema(value_type = String)]
    app_secret: SecretString,
    /// Absent: a fresh one is made.
    #[schema(value_type = Option<String>)]
    verify_token: Option<SecretString>,
}

/// Connects a number; it is asked after soon.
pub async fn create(
    caller: Caller<ManageNumbers>,
    Body(form): Body<CreateSession>,
) -> ApiResult<Created<Session>> {
    let mut check = Check::default();
    if form.provider != "cloud_api" {
        check.refuse("provider", "must be cloud_api");
    }
    let verify_token = match form.verify_token {
        Some(given) => check.credential("verify_token", &given),
        None => SecretString::from(Token::new()?.expose().to_owned()),
    };
    let new = NewSession {
        name: check.name("name", &form.name),
        phone_number_id: check.provider_id("phone_number_id", &form.phone_number_id),
        business_account_id: check.provider_id("business_account_id", &form.business_account_id),
        access_token: check.credential("access_token", &form.access_token),
        app_secret: check.credential("app_secret", &form.app_secret),
        verify_token,
    };
    check.finish()?;
    let app = &caller.app;
    let tenant = caller.tenant();
    let created = tenant
        .create_session(&caller.actor, &app.keyring, &new)
        .await;
    let (session, receipt) = created.map_err(|error| match error {
        StoreError::Conflict => ApiError::of(Code::SessionExists),
        error => error.into(),
    })?;
    app.hub.announce(receipt);
    let Shown(session) = revealed(&caller, session).await?;
    Ok(Created(session))
}

/// What is to change; what is absent stays.
#[derive(Deserialize, ToSchema)]
pub struct ChangeSession {
    name: Option<String>,
    status: Option<SessionStatus>,
    business_account_id: Option<String>,
    #[schema(value_type = Option<String>)]
    access_token: Option<SecretString>,
    #[schema(value_type = Option<String>)]
    app_secret: Option<SecretString>,
    #[schema(value_type = Option<String>)]
    verify_token: Option<SecretString>,
}

/// Changes a number; sends take it into account at once.
pub async fn change(
    caller: Caller<ManageNumbers>,
    Path(id): Path<SessionId>,
    Body(form): Body<ChangeSession>,
) -> ApiResult<Shown<Session>> {
    let mut check = Check::default();
    let mut credential = |field: &str, secret: &Option<SecretString>| {
        let secret = secret.as_ref();
        secret.map(|secret| check.credential(field, secret))
    };
    let access_token = credential("access_token", &form.access_token);
    let app_secret = credential("app_secret", &form.app_secret);
    let verify_token = credential("verify_token", &form.verify_token);
    let change = SessionChange {
        name: form.name.map(|name| check.name("name", &name)),
        status: form.status,
        business_account_id: form
            .business_account_id
            .map(|id| check.provider_id("business_account_id", &id)),
        access_token,
        app_secret,
        verify_token,
    };
    check.finish()?;
    let app = &caller.app;
    let tenant = caller.tenant();
    let changed = tenant.change_session(&caller.actor, &app.keyring, id, &change);
    let (session, receipt) = changed.await?;
    app.hub.announce(receipt);
    app.session_changed(id);
    revealed(&caller, session).await
}

/// Removes a number; its conversations stay readable.
pub async fn delete(caller: Caller<ManageNumbers>, Path(id): Path<SessionId>) -> ApiResult<Done> {
    let receipt = caller.tenant().hide_session(&caller.actor, id).await?;
    caller.app.hub.announce(receipt);
    caller.app.session_changed(id);
    Ok(Done)
}

/// Asks WhatsApp about the number now.
pub async fn test(
    caller: Caller<ManageNumbers>,
    Path(id): Path<SessionId>,
) -> ApiResult<Shown<Session>> {
    let tenant = caller.tenant();
    tenant.find_session(id).await?;
    let app = &caller.app;
    let checked = app.numbers.check(id).await?;
    let unscoped = app.store.unscoped();
    let noted = unscoped.update_session_check(id, &checked, Timestamp::now());
    app.hub.announce(noted.await?);
    app.session_changed(id);
    revealed(&caller, tenant.find_session(id).await?).await
}

async fn revealed<P: Permission>(
    caller: &Caller<P>,
    session: Session,
) -> ApiResult<Shown<Session>> {
    let mut sessions = [session];
    reveal(caller, &mut sessions).await?;
    let [session] = sessions;
    Ok(Shown(session))
}

/// Puts the verify tokens in, if the caller may see them.
async fn reveal<P>(caller: &Caller<P>, sessions: &mut [Session]) -> ApiResult<()> {
    if !caller.may::<ManageNumbers>() {
        return Ok(());
    }
    let ids: Vec<SessionId> = sessions.iter().map(|session| session.id).collect();
    let tenant = caller.tenant();
    let tokens = tenant.verify_tokens(&caller.app.keyring, &ids);
    let tokens: HashMap<SessionId, SecretString> = tokens.await?;
    for session in sessions {
        let token = tokens.get(&session.id);
        session.verify_token = token.map(|token| token.expose_secret().to_owned());
    }
    Ok(())
}
