//! Which hub, which number, and who asks: the flags that all measuring tools share.

use anyhow::bail;
use clap::Args;

use crate::load::body::Target;
use crate::load::hub::Hub;

/// The hub under load.
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
    app_secret: String,
    /// Access token or API key for the sockets (supervisor or above).
    #[arg(long, env = "LOADTEST_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Log in instead of giving a token.
    #[arg(long, requires = "password")]
    email: Option<String>,
    /// Password of --email.
    #[arg(long, env = "LOADTEST_PASSWORD", hide_env_values = true)]
    password: Option<String>,
}

impl HubFlags {
    /// Logs in where needed and finds the number.
    pub async fn connect(&self, with_sockets: bool) -> anyhow::Result<(Hub, Target)> {
        let mut hub = Hub::new(&self.url)?;
        if let Some(token) = &self.token {
            hub = hub.with_token(token.clone());
        } else if let (Some(email), Some(password)) = (&self.email, &self.password) {
            hub = hub.log_in(email, password).await?;
        } else if with_sockets {
            bail!("sockets need --token, or --email and --password");
        }
        let (session, pnid) = match (&self.session, &self.pnid) {
            (Some(session), Some(pnid)) => (session.clone(), pnid.clone()),
            _ if self.email.is_some() => {
                let first = hub.first_session().await?;
                (first.id, first.phone_number_id)
            }
            _ => bail!("give --session and --pnid, or --email and --password"),
        };
        let target = Target {
            authority: hub.authority()?,
            path: format!("/webhooks/whatsapp/{session}"),
            phone_number_id: pnid,
            app_secret: self.app_secret.clone(),
        };
        Ok((hub, target))
    }
}
