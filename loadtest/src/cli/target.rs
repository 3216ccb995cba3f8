//! Which hub, which number, and who asks: the flags that all measuring tools share.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;

use super::scenario::Needs;
use crate::drill::own::{self, Place};
use crate::load::body::Target;
use crate::load::hub::Hub;
use crate::load::link::Link;

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
    /// Log in instead of giving a token. A log-in ends after some minutes (the hub's JWT_EXPIRATION): give an API key
    /// as --token for longer runs.
    #[arg(long, requires = "password")]
    email: Option<String>,
    /// Password of --email.
    #[arg(long, env = "LOADTEST_PASSWORD", hide_env_values = true)]
    password: Option<String>,
    /// The simulator that the hub sends to (`loadtest simulate`, WHATSAPP_API_URL of the hub), to see when messages
    /// reach it.
    #[arg(long, conflicts_with = "start")]
    simulator: Option<String>,
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

impl HubFlags {
    /// Whether each process would start a hub for itself.
    pub const fn is_own(&self) -> bool {
        self.start.is_some()
    }

    /// Starts the hub or logs in, and finds the number.
    pub async fn connect(&self, needs: Needs) -> anyhow::Result<Link> {
        if let Some(program) = &self.start {
            let place = Place {
                program,
                database_url: self.database_url.clone(),
                redis_url: self.redis_url.clone(),
            };
            return own::start(place, needs.simulator).await;
        }
        let mut hub = Hub::new(&self.url)?;
        if let Some(token) = &self.token {
            hub = hub.with_token(token.clone());
        } else if let (Some(email), Some(password)) = (&self.email, &self.password) {
            hub = hub.log_in(email, password).await?;
        } else if needs.token {
            bail!(
                "lists, sockets and agents need --token, or --email and --password; or --start a hub of our own"
            );
        }
        let (session, target) = match needs.number {
            true => self.number(&hub).await?,
            false => (String::new(), nobody(&hub)?),
        };
        Ok(Link {
            hub,
            target,
            session,
            pid: self.pid,
            process: None,
            simulator: self.simulator.clone(),
            files: BTreeMap::new(),
            is_own: false,
            keep: Box::new(()),
        })
    }

    /// The number, and where its webhooks are posted.
    async fn number(&self, hub: &Hub) -> anyhow::Result<(String, Target)> {
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
            others: Vec::new(),
        };
        Ok((session, target))
    }
}

/// Where the webhooks of no number go.
fn nobody(hub: &Hub) -> anyhow::Result<Target> {
    Ok(Target {
        authority: hub.authority()?,
        path: String::new(),
        phone_number_id: String::new(),
        app_secret: String::new(),
        others: Vec::new(),
    })
}
