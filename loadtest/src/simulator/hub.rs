//! Connecting to a hub by itself: log in, look which of our numbers it has, subscribe its callbacks.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::core::Core;
use super::options::HubAccess;
use super::subscribe;

/// How often the hub is asked, until all numbers are connected and afterwards for new ones.
const ASK_AGAIN: Duration = Duration::from_secs(2);
const ASK_LATER: Duration = Duration::from_secs(15);
const TIMEOUT: Duration = Duration::from_secs(5);

/// Keeps every number that the hub knows subscribed, for as long as the simulator runs.
pub async fn connect(core: Arc<Core>, access: HubAccess) {
    loop {
        let pause = match connect_once(&core, &access).await {
            Ok(()) if all_connected(&core) => ASK_LATER,
            Ok(()) => ASK_AGAIN,
            Err(error) => {
                tracing::debug!(%error, "the hub is not ready");
                ASK_AGAIN
            }
        };
        tokio::time::sleep(pause).await;
    }
}

fn all_connected(core: &Core) -> bool {
    let world = core.world();
    world.numbers.keys().all(|id| {
        world
            .subscriptions
            .iter()
            .any(|subscription| subscription.phone_number_id == *id)
    })
}

async fn connect_once(core: &Arc<Core>, access: &HubAccess) -> anyhow::Result<()> {
    if all_connected(core) {
        return Ok(());
    }
    let token = log_in(core, access).await?;
    let base = access.url.trim_end_matches('/');
    let sessions: Value = core
        .client
        .get(format!("{base}/api/v1/sessions?limit=200"))
        .bearer_auth(token)
        .timeout(TIMEOUT)
        .send()
        .await?
        .error_for_status()?
        .json()
        .await?;
    for session in sessions["data"].as_array().into_iter().flatten() {
        let (Some(id), Some(number)) =
            (session["id"].as_str(), session["phone_number_id"].as_str())
        else {
            continue;
        };
        let wanted = {
            let world = core.world();
            world.numbers.contains_key(number)
                && !world
                    .subscriptions
                    .iter()
                    .any(|known| known.phone_number_id == number)
        };
        if !wanted {
            continue;
        }
        let callback = format!("{base}/webhooks/whatsapp/{id}");
        let verify = session["verify_token"]
            .as_str()
            .unwrap_or(crate::demo::VERIFY_TOKEN);
        match subscribe::subscribe(core, number, &callback, verify).await {
            Ok(()) => tracing::info!(number, "the hub gets the webhooks of this number"),
            Err(error) => tracing::warn!(number, %error, "the hub did not take the webhooks"),
        }
    }
    Ok(())
}

async fn log_in(core: &Core, access: &HubAccess) -> anyhow::Result<String> {
    let base = access.url.trim_end_matches('/');
    let (email, password) = match &access.account {
        Some(account) => account.clone(),
        None => {
            let setup: Value = core
                .client
                .get(format!("{base}/api/v1/setup"))
                .timeout(TIMEOUT)
                .send()
                .await?
                .error_for_status()?
                .json()
                .await?;
            let text = |key: &str| setup["demo"][key].as_str().map(str::to_owned);
            text("email")
                .zip(text("password"))
                .ok_or_else(|| anyhow::anyhow!("the hub does not run the demo"))?
        }
    };
    let tokens: Value = core
        .client
        .post(format!("{base}/api/v1/auth/login"))
        .json(&json!({"email": email, "password": password}))
        .timeout(TIMEOUT)
        .send()
        .await?
        .error_for_status()?
        .json()
        .await?;
    tokens["access_token"]
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| anyhow::anyhow!("the hub gave no token"))
}
