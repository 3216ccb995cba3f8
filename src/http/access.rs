//! Who is behind a token or a key. The database decides; an answer is remembered for some seconds, so that
//! a revoked log-in, a disabled user or a changed role acts at once here and within seconds elsewhere
//! (SECURITY row 21).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use actors::model::ids::LoginId;
use actors::model::user::{Actor, Who};
use actors::time::Timestamp;

use super::error::{ApiError, ApiResult, Code};
use crate::secret::access::AccessTokens;
use crate::secret::token::{self, API_KEY_PREFIX, TokenHash};
use crate::store::Store;

/// How long an answer of the database is believed.
const MEMORY: Duration = Duration::from_secs(3);
/// How many answers are remembered.
const MOST: usize = 10_000;
/// How often the use of a key is written down.
const TOUCH: Duration = Duration::from_secs(60);

/// Somebody who proved who they are.
#[derive(Clone, Debug)]
pub struct Identity {
    pub actor: Actor,
    /// The log-in; None for an API key.
    pub login: Option<LoginId>,
    /// When the proof dies; None for a key without end.
    pub expires_at: Option<Timestamp>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum Proof {
    Login(LoginId),
    Key(TokenHash),
}

/// Reads tokens and keys, and remembers whose they are.
pub struct Access {
    tokens: AccessTokens,
    known: Mutex<HashMap<Proof, (Instant, Identity)>>,
}

impl Access {
    /// Nobody is known yet.
    pub fn new(tokens: AccessTokens) -> Self {
        Self {
            tokens,
            known: Mutex::new(HashMap::new()),
        }
    }

    /// What makes access tokens.
    pub const fn tokens(&self) -> &AccessTokens {
        &self.tokens
    }

    /// Who shows `text`, an access token or an API key.
    pub async fn identify(&self, store: &Store, text: &str, now: Timestamp) -> ApiResult<Identity> {
        if text.starts_with(API_KEY_PREFIX) {
            self.by_key(store, text, now).await
        } else {
            self.by_token(store, text, now).await
        }
    }

    /// Who shows the access token `text`.
    pub async fn by_token(&self, store: &Store, text: &str, now: Timestamp) -> ApiResult<Identity> {
        let nobody = || ApiError::of(Code::Unauthorized);
        let claims = self.tokens.read(text).map_err(|_| nobody())?;
        let expires_at = Some(claims.expires_at());
        let proof = Proof::Login(claims.lgn);
        let identity = match self.remembered(&proof) {
            Some(identity) => identity,
            None => {
                let login = store.unscoped().find_login(claims.lgn).await?;
                let login = login
                    .filter(|login| login.is_open(now))
                    .ok_or_else(nobody)?;
                let identity = Identity {
                    actor: Actor {
                        organization: login.organization,
                        who: Who::User(login.user),
                        name: login.name,
                        role: login.role,
                    },
                    login: Some(claims.lgn),
                    expires_at,
                };
                self.remember(proof, &identity);
                identity
            }
        };
        if identity.actor.who != Who::User(claims.sub) || identity.actor.organization != claims.org
        {
            return Err(nobody());
        }
        Ok(Identity {
            expires_at,
            ..identity
        })
    }

    /// Who shows the API key `text`.
    pub async fn by_key(&self, store: &Store, text: &str, now: Timestamp) -> ApiResult<Identity> {
        let nobody = || ApiError::of(Code::Unauthorized);
        if !text.starts_with(API_KEY_PREFIX) {
            return Err(nobody());
        }
        let hash = token::hash(text);
        let proof = Proof::Key(hash.clone());
        let identity = match self.remembered(&proof) {
            Some(identity) => identity,
            None => {
                let key = store.unscoped().find_api_key(&hash).await?;
                let key = key.ok_or_else(nobody)?;
                if key.last_used_at.is_none_or(|at| now.since(at) >= TOUCH) {
                    let noted = store.unscoped().touch_api_key(key.id, now).await;
                    if let Err(error) = noted {
                        tracing::warn!(%error, "the use of an API key was not noted");
                    }
                }
                let identity = Identity {
                    actor: Actor {
                        organization: key.organization,
                        who: Who::ApiKey(key.id),
                        name: key.name,
                        role: key.role,
                    },
                    login: None,
                    expires_at: key.expires_at,
                };
                self.remember(proof, &identity);
                identity
            }
        };
        match identity.expires_at {
            Some(end) if end <= now => Err(nobody()),
            _ => Ok(identity),
        }
    }

    /// Forgets what is known of somebody whose rights changed.
    pub fn forget(&self, who: Who) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, (_, identity)| identity.actor.who != who);
    }

    fn remembered(&self, proof: &Proof) -> Option<Identity> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, identity) = known.get(proof)?;
        (at.elapsed() < MEMORY).then(|| identity.clone())
    }

    fn remember(&self, proof: Proof, identity: &Identity) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.retain(|_, (at, _)| at.elapsed() < MEMORY);
        }
        if known.len() < MOST {
            known.insert(proof, (Instant::now(), identity.clone()));
        }
    }
}
