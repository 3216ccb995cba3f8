//! Coming in and leaving: registration, log-in, fresh tokens, new passwords.

pub mod second_step;

use std::time::Duration;

use actors::model::ids::LoginId;
use actors::model::user::{Role, Who};
use actors::time::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tracing::Instrument;
use utoipa::ToSchema;

use self::second_step::LoggedIn;
use super::answer::{Created, Done, Noted, Shown};
use super::check::{Check, normal_email};
use super::error::{ApiError, ApiResult, Code};
use super::extract::{Body, Caller, ClientAddress, Path, Program, Public};
use super::permission::UseAccount;
use super::state::{App, AppState};
use super::throttle::Attempt;
use super::user::UserView;
use crate::config::Config;
use crate::mail::letter;
use crate::secret::password::LONGEST;
use crate::secret::token::{self, Token};
use crate::store::{Account, Device, NewOwner, NewToken, Rotation, User, Which};
use actors::ports::store::StoreError;

/// What a client needs to call the API.
#[derive(Serialize, ToSchema)]
pub struct Tokens {
    /// For `Authorization: Bearer`.
    access_token: String,
    /// Good for one use, at `/auth/refresh`.
    refresh_token: String,
    /// Seconds until the access token dies.
    expires_in: u64,
    /// Always `Bearer`.
    token_type: &'static str,
    user: UserView,
}

/// The first user names an organization and an e-mail; all others show an invitation.
#[derive(Deserialize, ToSchema)]
pub struct Register {
    organization: Option<String>,
    email: Option<String>,
    /// The token in the link of an invitation.
    invitation: Option<String>,
    name: String,
    #[schema(value_type = String)]
    password: SecretString,
}

/// Makes a user and signs them in.
pub async fn register(
    Public { app }: Public,
    address: ClientAddress,
    device: Device,
    Body(form): Body<Register>,
) -> ApiResult<Created<Tokens>> {
    let user = match &form.invitation {
        Some(invitation) => join(&app, address, invitation, &form).await?,
        None => found(&app, &form).await?,
    };
    Ok(Created(enter(&app, user, device).await?))
}

/// Who somebody is.
#[derive(Deserialize, ToSchema)]
pub struct LogIn {
    email: String,
    #[schema(value_type = String)]
    password: SecretString,
    /// Of the authenticator app, or a recovery code: gives tokens at once, and gets its user past a lock that strangers' wrong
    /// passwords have put on the account.
    #[schema(value_type = Option<String>)]
    code: Option<SecretString>,
}

/// Signs a user in, or asks for a code; says the same whether e-mail or password is wrong, after the same time.
pub async fn login(
    Public { app }: Public,
    address: ClientAddress,
    device: Device,
    Body(form): Body<LogIn>,
) -> ApiResult<Shown<LoggedIn>> {
    let email = normal_email(&form.email);
    let attempt = Attempt::take(&app, "login", address, &email).await;
    let attempt = match (attempt, &form.code) {
        (Err(locked), Some(code)) if locked.code() == Code::TooManyAttempts => {
            let answer_at = tokio::time::Instant::now() + EVEN;
            let entering = past_the_lock(&app, address, device, &email, &form.password, code);
            if let Some(tokens) = entering.await? {
                return Ok(Shown(LoggedIn::In(tokens)));
            }
            // How long it took would tell whether the password was right.
            tokio::time::sleep_until(answer_at).await;
            return Err(locked);
        }
        (attempt, _) => attempt?,
    };
    let Some(account) = proven(&app, &email, &form.password).await? else {
        return Err(ApiError::of(Code::InvalidCredentials));
    };
    if account.user.two_factor {
        if let Some(code) = &form.code {
            let entered = second_step::enter_at_once(&app, &account, code, device).await?;
            let tokens = entered.ok_or(ApiError::of(Code::InvalidCode))?;
            attempt.succeed(&app).await?;
            return Ok(Shown(LoggedIn::In(tokens)));
        }
        attempt.pause(&app).await?;
        let challenge = second_step::challenge(&app, &account, &device).await?;
        return Ok(Shown(LoggedIn::HalfWay(challenge)));
    }
    attempt.succeed(&app).await?;
    let fresh = Token::new()?;
    let first = new_token(&app, &fresh, device);
    let opened = app.store.unscoped().open_login(&account, &first).await?;
    let login = opened.ok_or(ApiError::of(Code::InvalidCredentials))?;
    let tokens = tokens(&app, account.user, login, &fresh)?;
    Ok(Shown(LoggedIn::In(tokens)))
}

/// What is wrong about a try past the lock is answered after this time, whatever it is.
const EVEN: Duration = Duration::from_secs(1);

/// The account with that e-mail, if the password is its own; takes the same time for each.
async fn proven(app: &App, email: &str, password: &SecretString) -> ApiResult<Option<Account>> {
    let account = app.store.unscoped().find_account(email).await?;
    let account = account.filter(|account| !account.user.disabled);
    // A longer one can't be right; what would be cut off must not be ignored.
    let password = password.expose_secret();
    let known = account.as_ref().filter(|_| password.len() <= LONGEST);
    let hash = known.map(|account| account.password_hash.as_str());
    let is_right = app.passwords.verify(password, hash).await?;
    Ok(account.filter(|_| is_right))
}

/// The way in for whoever uses a second factor while others try passwords of theirs (SECURITY row 16); None: stay out, for
/// whatever reason. Passwords are tried per address and are worth nothing without the code; codes are tried only with
/// the right password, so that strangers can't use them up.
async fn past_the_lock(
    app: &App,
    address: ClientAddress,
    device: Device,
    email: &str,
    password: &SecretString,
    code: &SecretString,
) -> ApiResult<Option<Tokens>> {
    let attempt = Attempt::take_of_address(app, "login-past-lock", address).await;
    let Some(attempt) = allowed(attempt)? else {
        return Ok(None);
    };
    let account = proven(app, email, password).await?;
    let Some(account) = account.filter(|account| account.user.two_factor) else {
        return Ok(None);
    };
    let of_code = Attempt::take(app, "code-past-lock", address, email).await;
    let Some(of_code) = allowed(of_code)? else {
        return Ok(None);
    };
    let entered = second_step::enter_at_once(app, &account, code, device).await?;
    if entered.is_some() {
        of_code.succeed(app).await?;
        attempt.succeed(app).await?;
    }
    Ok(entered)
}

/// None: no more tries.
fn allowed(attempt: ApiResult<Attempt>) -> ApiResult<Option<Attempt>> {
    match attempt {
        Err(error) if error.code() == Code::TooManyAttempts => Ok(None),
        attempt => attempt.map(Some),
    }
}

/// The refresh token of the last answer.
#[derive(Deserialize, ToSchema)]
pub struct Refresh {
    #[schema(value_type = String)]
    refresh_token: SecretString,
}

/// Exchanges a refresh token for fresh tokens; one that comes back after its use ends the log-in.
pub async fn refresh(
    Public { app }: Public,
    Program(client): Program,
    device: Device,
    Body(form): Body<Refresh>,
) -> ApiResult<Shown<Tokens>> {
    let fresh = Token::new()?;
    let next = new_token(&app, &fresh, device);
    let hash = token::hash(form.refresh_token.expose_secret());
    let unscoped = app.store.unscoped();
    match unscoped.rotate_token(&hash, &client, &next).await? {
        Rotation::Rotated {
            login,
            user,
            organization,
        } => {
            let user = app.store.tenant(organization).find_user(user).await?;
            Ok(Shown(tokens(&app, user, login, &fresh)?))
        }
        Rotation::Reused { user, organization } => {
            app.expel(organization, Who::User(user));
            Err(ApiError::of(Code::RefreshTokenReused))
        }
        Rotation::Invalid => Err(ApiError::of(Code::InvalidRefreshToken)),
    }
}

/// Ends the log-in with which this is asked; its tokens and sockets end with it.
pub async fn logout(caller: Caller<UseAccount>) -> ApiResult<Done> {
    let Some(login) = caller.login else {
        return Err(ApiError::of(Code::Forbidden).detail("an API key is revoked, not signed out"));
    };
    let (tenant, user) = (caller.tenant(), caller.user()?);
    let ended = tenant.sign_out(&caller.actor, user, Which::One(login), Timestamp::now());
    match ended.await {
        // It ended meanwhile, which is what was asked for.
        Ok(()) | Err(StoreError::NotFound) => {}
        Err(error) => return Err(error.into()),
    }
    caller.app.expel(tenant.organization(), caller.actor.who);
    Ok(Done)
}

/// Whose password is lost.
#[derive(Deserialize, ToSchema)]
pub struct ForgotPassword {
    email: String,
}

/// Says the same for every e-mail, after the same time. A hub without a mail server sends nothing: an admin makes the link.
pub async fn forgot_password(
    Public { app }: Public,
    address: ClientAddress,
    Body(form): Body<ForgotPassword>,
) -> ApiResult<Noted> {
    let mut check = Check::default();
    let email = check.email("email", &form.email);
    check.finish()?;
    if app.mailer.is_none() {
        tracing::info!("somebody asks for a new password; an admin can make a link under Users");
        return Ok(Noted);
    }
    // Each one counts: nobody's letter-box is to be filled.
    Attempt::take(&app, "forgot", address, &email).await?;
    let mailing = async move {
        if let Err(error) = mail_new_password(&app, &email).await {
            tracing::warn!(%error, "a link to a new password could not be mailed");
        }
    };
    actix_web::rt::spawn(mailing.in_current_span());
    Ok(Noted)
}

/// Mails a link to a new password, if somebody who may come in has that e-mail.
async fn mail_new_password(app: &AppState, email: &str) -> anyhow::Result<()> {
    let account = app.store.unscoped().find_account(email).await?;
    let user = account.map(|account| account.user);
    let Some(user) = user.filter(|user| !user.disabled) else {
        return Ok(());
    };
    let Some(mailer) = &app.mailer else {
        return Ok(());
    };
    let token = Token::new()?;
    let tenant = app.store.tenant(user.organization);
    let expires_at = Timestamp::now() + RESET_LIFE;
    tenant
        .create_reset(&user.actor(), user.id, &token.hash(), expires_at)
        .await?;
    let url = reset_url(&app.config, &token);
    let language = tenant.find_language(user.id).await?;
    let letter = letter::new_password(language.as_deref(), &url);
    Ok(mailer.send(email, letter).await?)
}

/// How long a link to a new password works.
pub(super) const RESET_LIFE: Duration = Duration::from_secs(30 * 60);

/// Where a new password is set. Never from the request's own idea of the host, which anybody can write.
pub(super) fn reset_url(config: &Config, token: &Token) -> String {
    format!("{}/reset-password/{}", config.public_url, token.expose())
}

/// A link's token and the password to be.
#[derive(Deserialize, ToSchema)]
pub struct ResetPassword {
    #[schema(value_type = String)]
    token: SecretString,
    #[schema(value_type = String)]
    password: SecretString,
}

/// Sets a new password by a link that works once; all log-ins of the user end.
pub async fn reset_password(
    Public { app }: Public,
    address: ClientAddress,
    Body(form): Body<ResetPassword>,
) -> ApiResult<Done> {
    let mut check = Check::default();
    check.password("password", &form.password);
    check.finish()?;
    let hash = token::hash(form.token.expose_secret());
    let attempt = Attempt::take(&app, "reset", address, &hex::encode(&hash)).await?;
    let password = app.passwords.hash(form.password.expose_secret()).await?;
    let unscoped = app.store.unscoped();
    let reset = unscoped.reset_password(&hash, &password, Timestamp::now());
    let user = reset.await?.ok_or(ApiError::of(Code::InvalidToken))?;
    attempt.succeed(&app).await?;
    app.expel(user.organization, Who::User(user.id));
    Ok(Done)
}

/// What the page of an invitation shows.
#[derive(Serialize, ToSchema)]
pub struct InvitationInfo {
    email: String,
    role: Role,
    /// The name of the organization.
    organization: String,
}

/// What an invitation is for.
pub async fn invitation(
    Public { app }: Public,
    Path(token): Path<String>,
) -> ApiResult<Shown<InvitationInfo>> {
    let hash = token::hash(&token);
    let unscoped = app.store.unscoped();
    let found = unscoped.find_invitation(&hash, Timestamp::now());
    let invited = found.await?.ok_or(ApiError::of(Code::InvalidToken))?;
    Ok(Shown(InvitationInfo {
        email: invited.email,
        role: invited.role,
        organization: invited.organization,
    }))
}

/// The first user founds the organization.
async fn found(app: &App, form: &Register) -> ApiResult<User> {
    // Asked before the form is looked at and the password is hashed, and decided again when it is stored.
    if !app.store.unscoped().is_registration_open().await? {
        return Err(ApiError::of(Code::RegistrationClosed));
    }
    let mut check = Check::default();
    let organization = form.organization.as_deref().unwrap_or_default();
    let organization = check.name("organization", organization);
    let name = check.name("name", &form.name);
    let email = check.email("email", form.email.as_deref().unwrap_or_default());
    check.password("password", &form.password);
    check.finish()?;
    let new = NewOwner {
        organization,
        name,
        email,
        password_hash: app.passwords.hash(form.password.expose_secret()).await?,
    };
    let registered = app.store.unscoped().register_owner(&new).await?;
    registered.ok_or(ApiError::of(Code::RegistrationClosed))
}

/// Somebody follows an invitation.
async fn join(
    app: &App,
    address: ClientAddress,
    invitation: &str,
    form: &Register,
) -> ApiResult<User> {
    let mut check = Check::default();
    let name = check.name("name", &form.name);
    check.password("password", &form.password);
    check.finish()?;
    let hash = token::hash(invitation);
    let attempt = Attempt::take(app, "join", address, &hex::encode(&hash)).await?;
    let unscoped = app.store.unscoped();
    let now = Timestamp::now();
    let known = unscoped.find_invitation(&hash, now).await?;
    known.ok_or(ApiError::of(Code::InvalidToken))?;
    let password = app.passwords.hash(form.password.expose_secret()).await?;
    let joined = unscoped.accept_invitation(&hash, &name, &password, now);
    let user = match joined.await {
        Ok(user) => user.ok_or(ApiError::of(Code::InvalidToken))?,
        Err(StoreError::Conflict) => return Err(ApiError::of(Code::EmailTaken)),
        Err(error) => return Err(error.into()),
    };
    attempt.succeed(app).await?;
    Ok(user)
}

/// Opens the log-in of somebody who was just made.
async fn enter(app: &App, user: User, device: Device) -> ApiResult<Tokens> {
    let fresh = Token::new()?;
    let first = new_token(app, &fresh, device);
    let login = app.store.unscoped().open_first_login(&user, &first).await?;
    tokens(app, user, login, &fresh)
}

fn tokens(app: &App, user: User, login: LoginId, refresh: &Token) -> ApiResult<Tokens> {
    let access = app.access.tokens();
    let now = Timestamp::now();
    let access_token = access
        .issue(user.organization, user.id, login, user.role, now)
        .map_err(ApiError::internal)?;
    Ok(Tokens {
        access_token,
        refresh_token: refresh.expose().to_owned(),
        expires_in: access.life().as_secs(),
        token_type: "Bearer",
        user: user.into(),
    })
}

fn new_token(app: &AppState, token: &Token, device: Device) -> NewToken {
    let now = Timestamp::now();
    NewToken {
        hash: token.hash(),
        device,
        now,
        expires_at: now + app.config.refresh_token_expiration,
    }
}
