//! Who asks, checked before the handler runs.

use std::future::{Ready, ready};
use std::marker::PhantomData;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest};
use actors::model::ids::{LoginId, UserId};
use actors::model::user::{Actor, Role, Who};
use actors::time::Timestamp;
use futures_util::future::LocalBoxFuture;

use crate::http::access::Identity;
use crate::http::describe::{Guard, Needs};
use crate::http::error::{ApiError, ApiResult, Code};
use crate::http::permission::{Permission, allows};
use crate::http::pressure::Turn;
use crate::http::state::App;
use crate::store::Tenant;

/// Somebody who signed in and has the permission `P`.
pub struct Caller<P> {
    pub app: App,
    /// Who it is, as commands and the audit log want it.
    pub actor: Actor,
    /// The log-in; None for an API key.
    pub login: Option<LoginId>,
    _turn: Turn,
    permission: PhantomData<P>,
}

impl<P> Caller<P> {
    /// The caller's part of the database.
    pub fn tenant(&self) -> Tenant {
        self.app.store.tenant(self.actor.organization)
    }

    /// The person who calls; an API key is none and hears 403.
    pub const fn user(&self) -> ApiResult<UserId> {
        match self.actor.who {
            Who::User(user) => Ok(user),
            Who::ApiKey(_) | Who::System => Err(ApiError::of(Code::Forbidden)),
        }
    }

    /// Whether the caller also has the permission `Q`.
    pub fn may<Q: Permission>(&self) -> bool {
        allows::<Q>(self.actor.role)
    }

    /// Refuses what would lift somebody above the caller.
    pub fn check_reaches(&self, role: Role) -> ApiResult<()> {
        if role > self.actor.role {
            return Err(ApiError::of(Code::Forbidden).detail("this is about a role above your own"));
        }
        Ok(())
    }
}

impl<P: Permission> FromRequest for Caller<P> {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let app = request.app_data::<App>().cloned();
        let shown = shown(request);
        Box::pin(async move {
            let app = app.ok_or_else(|| ApiError::internal("the state is missing"))?;
            let now = Timestamp::now();
            let Identity { actor, login, .. } = match shown? {
                Shown::Token(token) => app.access.by_token(&app.store, &token, now).await?,
                Shown::Key(key) => app.access.by_key(&app.store, &key, now).await?,
            };
            if !allows::<P>(actor.role) {
                return Err(ApiError::of(Code::Forbidden));
            }
            let turn = app.pressure.turn(&actor)?;
            Ok(Self {
                app,
                actor,
                login,
                _turn: turn,
                permission: PhantomData,
            })
        })
    }
}

impl<P: Permission> Guard for Caller<P> {
    const NEEDS: Needs = Needs::Permission(P::NAME, P::ROLE);
}

/// Anybody: the handler itself looks at a password, a signature or a one-time token.
pub struct Public {
    pub app: App,
}

impl FromRequest for Public {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let app = request.app_data::<App>().cloned();
        ready(
            app.map(|app| Self { app })
                .ok_or_else(|| ApiError::internal("the state is missing")),
        )
    }
}

impl Guard for Public {
    const NEEDS: Needs = Needs::Nothing;
}

/// What a request shows to prove who asks.
enum Shown {
    Token(String),
    Key(String),
}

/// Both at once prove nothing: one of them might be somebody else's (SECURITY row 23).
fn shown(request: &HttpRequest) -> ApiResult<Shown> {
    let text = |name: &str| {
        let value = request.headers().get(name)?;
        Some(value.to_str().unwrap_or_default().trim().to_owned())
    };
    let missing = || ApiError::of(Code::Unauthorized);
    match (text(AUTHORIZATION.as_str()), text("x-api-key")) {
        (Some(line), None) => {
            let (scheme, token) = line.split_once(' ').ok_or_else(missing)?;
            if !scheme.eq_ignore_ascii_case("bearer") {
                return Err(missing());
            }
            Ok(Shown::Token(token.trim().to_owned()))
        }
        (None, Some(key)) => Ok(Shown::Key(key)),
        _ => Err(missing()),
    }
}
