//! The second step of a log-in: whoever uses a second factor gets no tokens for their password, but a challenge.

use actors::time::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Tokens, new_token, tokens};
use crate::http::answer::Shown;
use crate::http::error::{ApiError, ApiResult, Code};
use crate::http::extract::{Body, ClientAddress, Public};
use crate::http::state::App;
use crate::http::throttle::Attempt;
use crate::secret::second_factor::Proof;
use crate::secret::token::{self, Token};
use crate::store::{Account, Answered, Device};

/// What a right password leads to.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum LoggedIn {
    /// Tokens, for whoever uses no second factor.
    In(Tokens),
    /// Or what is to be shown with a code.
    HalfWay(Challenge),
}

/// What is to be shown with a code, at `/auth/login/two-factor`.
#[derive(Serialize, ToSchema)]
pub struct Challenge {
    /// Always true.
    two_factor_required: bool,
    challenge: String,
    /// Seconds until it is too late.
    expires_in: u64,
}

/// The password was right; a code is awaited.
pub(super) async fn challenge(
    app: &App,
    account: &Account,
    device: &Device,
) -> ApiResult<Challenge> {
    let token = Token::new()?;
    let now = Timestamp::now();
    let tenant = app.store.tenant(account.user.organization);
    let hash = token.hash();
    let opened = tenant.open_challenge(account, &device.address, &hash, now);
    let expires_at = opened
        .await?
        .ok_or(ApiError::of(Code::InvalidCredentials))?;
    Ok(Challenge {
        two_factor_required: true,
        challenge: token.expose().to_owned(),
        expires_in: expires_at.since(now).as_secs(),
    })
}

/// Password and code came together: tokens, unless the code is wrong.
pub(super) async fn enter_at_once(
    app: &App,
    account: &Account,
    code: &SecretString,
    device: Device,
) -> ApiResult<Option<Tokens>> {
    let token = Token::new()?;
    let hash = token.hash();
    let tenant = app.store.tenant(account.user.organization);
    let opened = tenant.open_challenge(account, &device.address, &hash, Timestamp::now());
    opened
        .await?
        .ok_or(ApiError::of(Code::InvalidCredentials))?;
    let fresh = Token::new()?;
    let proof = Proof::read(code);
    let first = new_token(app, &fresh, device);
    let unscoped = app.store.unscoped();
    let answered = unscoped.answer_challenge(&app.keyring, &hash, proof.as_ref(), &first);
    match answered.await? {
        Answered::In(user, login) => Ok(Some(tokens(app, user, login, &fresh)?)),
        Answered::Wrong | Answered::Gone => Ok(None),
    }
}

/// A challenge and what answers it.
#[derive(Deserialize, ToSchema)]
pub struct Answer {
    #[schema(value_type = String)]
    challenge: SecretString,
    /// Of the authenticator app, or a recovery code.
    #[schema(value_type = String)]
    code: SecretString,
}

/// Signs in whoever has the code as well; wrong codes count like wrong passwords.
pub async fn answer(
    Public { app }: Public,
    address: ClientAddress,
    device: Device,
    Body(form): Body<Answer>,
) -> ApiResult<Shown<Tokens>> {
    let hash = token::hash(form.challenge.expose_secret());
    let unscoped = app.store.unscoped();
    let awaited = unscoped.find_challenge(&hash, Timestamp::now()).await?;
    let user = awaited.ok_or(ApiError::of(Code::ChallengeExpired))?;
    let attempt = Attempt::take(&app, "login", address, &user.email).await?;
    let proof = Proof::read(&form.code);
    let fresh = Token::new()?;
    let first = new_token(&app, &fresh, device);
    let answered = unscoped.answer_challenge(&app.keyring, &hash, proof.as_ref(), &first);
    match answered.await? {
        Answered::In(user, login) => {
            attempt.succeed(&app).await?;
            Ok(Shown(tokens(&app, user, login, &fresh)?))
        }
        Answered::Wrong => Err(ApiError::of(Code::InvalidCode)),
        Answered::Gone => Err(ApiError::of(Code::ChallengeExpired)),
    }
}
