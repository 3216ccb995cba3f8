//! A hub of our own for a load: with a directory, an organization, a number, and if wanted a simulator behind it
//! that takes what it sends.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::child::Recipe;
use super::process::Process;
use crate::load::body::Target;
use crate::load::hub::Hub;
use crate::load::link::Link;
use crate::load::marker::fresh_run;
use crate::load::script::File;
use crate::simulator::{self, Behaviour, NumberConfig, Options, Simulator, Tier, sample};

const EMAIL: &str = "load@example.org";
const PASSWORD: &str = "a long pass phrase for load 4711";
const PHONE_NUMBER_ID: &str = "100000000000076";
const BUSINESS_ACCOUNT_ID: &str = "200000000000076";
const ACCESS_TOKEN: &str = "LOAD-TOKEN";
const APP_SECRET: &str = "load-app-secret-5b1e";
const VERIFY_TOKEN: &str = "load-verify";
/// Kinds of messages with a file.
const FILES: [&str; 5] = ["image", "video", "audio", "document", "sticker"];

/// Where it keeps its things.
pub struct Place<'a> {
    pub program: &'a Path,
    pub database_url: Option<String>,
    pub redis_url: Option<String>,
}

/// A hub and its simulator; gone when dropped.
struct Own {
    process: Arc<Process>,
    /// Ends after the hub.
    _simulator: Option<simulator::Running>,
}

impl Drop for Own {
    fn drop(&mut self) {
        // It may be gone already; what it stored is of no use to anybody.
        self.process.end();
        let _ = std::fs::remove_dir_all(self.process.data_dir());
    }
}

/// With the first key, enough for the ten thousand sockets of `fanout`.
const FURTHER_KEYS: usize = 9;

/// Starts it, with a simulator or with a provider that never answers.
pub async fn start(place: Place<'_>, with_simulator: bool) -> anyhow::Result<Link> {
    let data_dir = std::env::temp_dir().join(format!("loadtest-{:08x}", fresh_run()?));
    let simulator = match with_simulator {
        true => Some(Simulator::start(options()).await?),
        false => None,
    };
    let mut recipe = Recipe::new(
        place.program,
        &data_dir,
        place.database_url,
        place.redis_url,
    )?;
    if let Some(simulator) = &simulator {
        recipe.api_url = simulator.url().to_owned();
    }
    let mut running = recipe.start()?;
    let hub = Hub::new(&recipe.url())?;
    let told = || format!("see {}", recipe.log_path().display());
    running.ready(&hub).await.with_context(told)?;
    let hub = hub.register(EMAIL, PASSWORD).await?;
    let session = json!({"name": "Load", "provider": "cloud_api", "phone_number_id": PHONE_NUMBER_ID,
        "business_account_id": BUSINESS_ACCOUNT_ID, "access_token": ACCESS_TOKEN, "app_secret": APP_SECRET,
        "verify_token": VERIFY_TOKEN});
    let session = hub.create_session(&session).await?;
    // A key does not end within a long run, as an access token does.
    let token = hub.create_key().await?;
    let mut more = Vec::new();
    for _ in 0..FURTHER_KEYS {
        more.push(hub.create_key().await?);
    }
    let hub = hub.with_token(token).with_more(more);
    let path = format!("/webhooks/whatsapp/{}", session.id);
    if let Some(simulator) = &simulator {
        let callback = format!("{}{path}", recipe.url());
        let subscribed = simulator.subscribe(PHONE_NUMBER_ID, &callback, VERIFY_TOKEN);
        subscribed.await?;
    }
    let bare = Hub::new(&recipe.url())?;
    let process = Arc::new(Process::new(recipe, bare, running));
    Ok(Link {
        target: Target {
            authority: hub.authority()?,
            path,
            phone_number_id: PHONE_NUMBER_ID.to_owned(),
            app_secret: APP_SECRET.to_owned(),
            others: Vec::new(),
        },
        hub,
        session: session.id,
        pid: Some(process.pid()),
        process: Some(Arc::clone(&process)),
        simulator: simulator
            .as_ref()
            .map(|simulator| simulator.url().to_owned()),
        files: simulator.as_ref().map(files).unwrap_or_default(),
        is_own: true,
        keep: Box::new(Own {
            process,
            _simulator: simulator,
        }),
    })
}

/// The simulator of a load: what the hub can do is asked, not what the provider allows. Customers write past it, so
/// it knows neither their messages nor their open windows.
fn options() -> Options {
    Options {
        numbers: vec![NumberConfig {
            phone_number_id: PHONE_NUMBER_ID.to_owned(),
            business_account_id: BUSINESS_ACCOUNT_ID.to_owned(),
            access_token: ACCESS_TOKEN.to_owned(),
            app_secret: APP_SECRET.to_owned(),
            display_phone_number: "+1 555 010 0076".to_owned(),
            verified_name: "Load".to_owned(),
            tier: Tier::High,
        }],
        behaviour: Behaviour {
            enforce_window: false,
            enforce_rates: false,
            ..Behaviour::default()
        },
        ..Options::default()
    }
}

/// Puts a file of each kind on the provider's shelf.
fn files(simulator: &simulator::Running) -> BTreeMap<&'static str, File> {
    let of = |kind| {
        let (mime_type, _, bytes) = sample(kind);
        let file = File {
            id: simulator.add_medium(PHONE_NUMBER_ID, mime_type, bytes),
            mime_type: mime_type.to_owned(),
            sha256: STANDARD.encode(Sha256::digest(bytes)),
        };
        (kind, file)
    };
    FILES.map(of).into()
}
