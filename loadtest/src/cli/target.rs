//! Which hub, which number, and who asks: the flags that all measuring tools share.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use serde_json::json;

use super::ingest::fresh_run;
use crate::drill::child::{Recipe, Running};
use crate::load::body::Target;
use crate::load::hub::Hub;

const EMAIL: &str = "load@example.org";
const PASSWORD: &str = "a long pass phrase for load 4711";
const PHONE_NUMBER_ID: &str = "100000000000076";
const APP_SECRET: &str = "load-app-secret-5b1e";

/// The hub under load: one that runs, or one of our own.
#[derive(Clone, Debug, Args)]
pub struct HubFlags {
    /// The hub.
    #[arg(long, default_value = "http://127.0.0.1:3000")]
    url: String,
    /// The number's id at the hub (ses_…); with --email the first number is taken.
    #[arg(long)]
    session: Option<String>,
    /// The provider's id of the number.
    #[arg(long)]
    pnid: Option<String>,
    /// The secret that signs the number's webhooks.
    #[arg(long, env = "LOADTEST_APP_SECRET", hide_env_values = true)]
    app_secret: Option<String>,
    /// Access token or API key for the sockets (supervisor or above).
    #[arg(long, env = "LOADTEST_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Log in instead of giving a token.
    #[arg(long, requires = "password")]
    email: Option<String>,
    /// Password of --email.
    #[arg(long, env = "LOADTEST_PASSWORD", hide_env_values = true)]
    password: Option<String>,
    /// The hub's process when it runs on this machine, to report its memory and processor time.
    #[arg(long)]
    pid: Option<u32>,
    /// Start this program (`command-center`) as a hub of our own, with a directory, an organization and a number
    /// of its own, instead of using one that runs.
    #[arg(long, value_name = "PROGRAM", conflicts_with_all = ["session", "email", "token", "pid"])]
    start: Option<PathBuf>,
    /// An empty PostgreSQL database for the hub of our own; absent: SQLite.
    #[arg(long, requires = "start")]
    database_url: Option<String>,
    /// A Redis for the hub of our own.
    #[arg(long, requires = "start")]
    redis_url: Option<String>,
}

/// A hub that can be put under load.
pub struct Link {
    pub hub: Hub,
    pub target: Target,
    /// Its process on this machine.
    pub pid: Option<u32>,
    /// Ends with the link.
    _own: Option<Own>,
}

/// A hub of our own; gone when dropped.
struct Own {
    running: Running,
    data_dir: PathBuf,
}

impl Drop for Own {
    fn drop(&mut self) {
        // It may be gone already; what it stored is of no use to anybody.
        let _ = self.running.kill();
        let _ = std::fs::remove_dir_all(&self.data_dir);
    }
}

impl HubFlags {
    /// Starts the hub or logs in, and finds the number.
    pub async fn connect(&self, with_sockets: bool) -> anyhow::Result<Link> {
        if let Some(program) = &self.start {
            return self.start(program.clone()).await;
        }
        let mut hub = Hub::new(&self.url)?;
        if let Some(token) = &self.token {
            hub = hub.with_token(token.clone());
        } else if let (Some(email), Some(password)) = (&self.email, &self.password) {
            hub = hub.log_in(email, password).await?;
        } else if with_sockets {
            bail!("sockets need --token, or --email and --password; or --start a hub of our own");
        }
        let (session, pnid) = match (&self.session, &self.pnid) {
            (Some(session), Some(pnid)) => (session.clone(), pnid.clone()),
            _ if self.email.is_some() => {
                let first = hub.first_session().await?;
                (first.id, first.phone_number_id)
            }
            _ => bail!("give --session and --pnid, or --email and --password, or --start"),
        };
        let secret = self.app_secret.clone();
        let target = Target {
            authority: hub.authority()?,
            path: format!("/webhooks/whatsapp/{session}"),
            phone_number_id: pnid,
            app_secret: secret.context("give the number's --app-secret")?,
        };
        Ok(Link {
            hub,
            target,
            pid: self.pid,
            _own: None,
        })
    }

    async fn start(&self, program: PathBuf) -> anyhow::Result<Link> {
        let data_dir = std::env::temp_dir().join(format!("loadtest-{:08x}", fresh_run()?));
        let (database, redis) = (self.database_url.clone(), self.redis_url.clone());
        let recipe = Recipe::new(&program, &data_dir, database, redis)?;
        let mut own = Own {
            running: recipe.start()?,
            data_dir,
        };
        let hub = Hub::new(&recipe.url())?;
        let told = || format!("see {}", recipe.log_path().display());
        own.running.ready(&hub).await.with_context(told)?;
        let hub = hub.register(EMAIL, PASSWORD).await?;
        let session = json!({"name": "Load", "provider": "cloud_api", "phone_number_id": PHONE_NUMBER_ID,
            "business_account_id": "200000000000076", "access_token": "LOAD-TOKEN", "app_secret": APP_SECRET});
        let session = hub.create_session(&session).await?;
        // A key does not end within a long run, as an access token does.
        let token = hub.create_key().await?;
        let hub = hub.with_token(token);
        let target = Target {
            authority: hub.authority()?,
            path: format!("/webhooks/whatsapp/{}", session.id),
            phone_number_id: PHONE_NUMBER_ID.to_owned(),
            app_secret: APP_SECRET.to_owned(),
        };
        Ok(Link {
            hub,
            target,
            pid: Some(own.running.pid()),
            _own: Some(own),
        })
    }
}
