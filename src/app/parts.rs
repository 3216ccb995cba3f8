//! What the composition root builds from the configuration: the adapters behind the ports, and the state that
//! handlers use.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use actors::hub::Hub;
use anyhow::Context;
use metrics_exporter_prometheus::PrometheusHandle;

use super::objects::Objects;
use super::provider::CloudProvider;
use super::worker::CloudWorker;
use super::{demo, neighbour};
use crate::config::Config;
use crate::http::access::Access;
use crate::http::pressure::Pressure;
use crate::http::state::{AppState, Keys, Probe};
use crate::mail::Mailer;
use crate::secret::{Keyring, MediaTokens, Passwords};
use crate::socket::Sockets;
use crate::store::{Store, Vault};
use crate::whatsapp::client::Client;

/// The adapters of a node.
pub struct Parts {
    pub provider: Arc<CloudProvider>,
    pub worker: Arc<CloudWorker>,
    pub media_tokens: MediaTokens,
    keyring: Keyring,
    access: Access,
    /// Whether Redis answers; None when there is none.
    pub redis: Option<Probe>,
}

impl Parts {
    /// Builds them; nothing is connected yet.
    pub fn build(config: &Config, store: &Store) -> anyhow::Result<Self> {
        let keys = Keys::of(config);
        store.set_public_url(&config.public_url);
        let objects = Objects::open(&config.media_store).context("MEDIA_STORE can't be opened")?;
        let client = Client::new(&config.whatsapp_api_url).context("WHATSAPP_API_URL")?;
        let vault = Vault::new(store.clone(), keys.keyring.clone());
        let provider = CloudProvider::new(store.clone(), vault, objects, client);
        let provider = Arc::new(provider);
        Ok(Self {
            worker: Arc::new(CloudWorker::new(Arc::clone(&provider))),
            provider,
            media_tokens: keys.media_tokens,
            keyring: keys.keyring,
            access: Access::new(keys.access_tokens),
            redis: None,
        })
    }

    /// The state that handlers use.
    pub fn state(
        self,
        config: Config,
        store: Store,
        hub: Hub,
        figures: PrometheusHandle,
    ) -> anyhow::Result<AppState> {
        let (of, hears) = (store.clone(), self.redis.clone());
        Ok(AppState {
            reporter: neighbour::reporter(of, figures.clone(), hears),
            demo: config.demo.then(demo::guest),
            sockets: Sockets::new(&config),
            pressure: Pressure::default(),
            mailer: config.mail.as_ref().map(Mailer::open).transpose()?,
            objects: self.provider.objects.clone(),
            vault: self.provider.vault.clone(),
            config,
            store,
            hub,
            keyring: self.keyring,
            access: self.access,
            media_tokens: self.media_tokens,
            passwords: Passwords::new()?,
            numbers: self.worker,
            redis: self.redis,
            figures,
            draining: AtomicBool::new(false),
        })
    }
}
