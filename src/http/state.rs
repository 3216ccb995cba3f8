//! What every handler may use. Put together once by the composition root.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::web;
use actors::feed::Expel;
use actors::hub::Hub;
use actors::model::ids::{OrganizationId, SessionId};
use actors::model::node::{Notice, Report};
use actors::model::user::Who;
use metrics_exporter_prometheus::PrometheusHandle;
use secrecy::ExposeSecret;
use serde::Serialize;
use utoipa::ToSchema;

use super::access::Access;
use super::number::NumberCheck;
use super::pressure::Pressure;
use crate::app::objects::Objects;
use crate::config::Config;
use crate::mail::Mailer;
use crate::secret::{AccessTokens, Keyring, MediaTokens, Passwords, derive_key};
use crate::socket::Sockets;
use crate::store::{Store, Vault};

/// The state as handlers hold it; cheap to clone.
pub type App = web::Data<AppState>;

/// What every handler may use.
pub struct AppState {
    pub config: Config,
    pub store: Store,
    pub hub: Hub,
    /// Seals the credentials of numbers.
    pub keyring: Keyring,
    /// Lends them for a moment.
    pub vault: Vault,
    /// Knows who is behind a token or a key.
    pub access: Access,
    /// Signs the addresses of media.
    pub media_tokens: MediaTokens,
    pub passwords: Passwords,
    /// Asks the provider about numbers.
    pub numbers: Arc<dyn NumberCheck>,
    /// Room for callbacks.
    pub pressure: Pressure,
    /// None: the hub sends no mail.
    pub mailer: Option<Mailer>,
    /// The open sockets of this node.
    pub sockets: Sockets,
    /// Where the bytes of media lie.
    pub objects: Objects,
    /// How to enter, shown to everybody; only in a demonstration.
    pub demo: Option<Demo>,
    /// Whether Redis answers; None when there is none.
    pub redis: Option<Probe>,
    /// Completes what the heart tells of how this node fares.
    pub reporter: Reporter,
    /// The figures for /metrics.
    pub figures: PrometheusHandle,
    /// The node is stopping: it says so to whoever asks whether it is ready.
    pub draining: AtomicBool,
}

/// Tells whether a link stands.
pub type Probe = Arc<dyn Fn() -> bool + Send + Sync>;

/// Completes a report.
pub type Reporter = Arc<dyn Fn(Report) -> Report + Send + Sync>;

/// An account that everybody may use.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Demo {
    pub email: String,
    pub password: String,
}

/// The keys that follow from the configuration's secrets.
#[derive(Debug)]
pub struct Keys {
    pub keyring: Keyring,
    pub access_tokens: AccessTokens,
    pub media_tokens: MediaTokens,
}

impl Keys {
    /// Makes the keys of `config`.
    pub fn of(config: &Config) -> Self {
        let secret = config.secrets.jwt_secret.expose_secret().as_bytes();
        let access = derive_key(secret, "access");
        Self {
            keyring: Keyring::new(&config.secrets),
            access_tokens: AccessTokens::new(&*access, config.jwt_expiration),
            media_tokens: MediaTokens::new(derive_key(secret, "media")),
        }
    }
}

impl AppState {
    /// From now on this node is not ready for more.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Release);
    }

    /// Whether the node is stopping.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    /// How this node fares.
    pub fn report(&self) -> Report {
        (self.reporter)(self.hub.report())
    }

    /// A number's settings or credentials changed: every node reads them anew.
    pub fn session_changed(&self, session: SessionId) {
        self.heed_session(session);
        self.hub.tell_others(&Notice::SessionChanged { session });
    }

    /// [`AppState::session_changed`] on this node.
    pub fn heed_session(&self, session: SessionId) {
        self.vault.forget(session);
        self.hub.refresh_session(session);
    }

    /// The rights of `who` changed: what is remembered of them is forgotten, and their sockets close, on every node.
    pub fn expel(&self, organization: OrganizationId, who: Who) {
        self.heed_expelled(organization, who);
        self.hub
            .tell_others(&Notice::Expelled { organization, who });
    }

    /// [`AppState::expel`] on this node.
    pub fn heed_expelled(&self, organization: OrganizationId, who: Who) {
        self.access.forget(who);
        if let Some(feed) = self.hub.feed() {
            feed.do_send(Expel { organization, who });
        }
    }
}
