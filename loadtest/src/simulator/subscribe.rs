//! Subscribing a callback: the GET handshake, and only then webhooks.

use std::sync::Arc;
use std::time::Duration;

use rand::Rng;

use super::core::Core;
use super::world::Subscription;

/// The handshake's answer must come within this time.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// Callbacks per simulator.
const MAX_SUBSCRIPTIONS: usize = 1_000;

/// Why a callback was not taken.
#[derive(Debug, thiserror::Error)]
pub enum SubscribeError {
    #[error("the number {0} does not exist here")]
    UnknownNumber(String),
    #[error("the callback can't be reached: {0}")]
    Unreachable(String),
    #[error("the callback answered {status} and {body:?} instead of 200 and the challenge")]
    WrongAnswer { status: u16, body: String },
    #[error("there are too many subscriptions")]
    TooMany,
}

/// Runs the handshake and remembers the callback for a number.
pub async fn subscribe(
    core: &Arc<Core>,
    phone_number_id: &str,
    callback_url: &str,
    verify_token: &str,
) -> Result<(), SubscribeError> {
    let (challenge, app_secret, account) = {
        let mut world = core.world();
        let challenge = world
            .rng
            .random_range(1_000_000_000_u64..9_999_999_999)
            .to_string();
        let number = world
            .numbers
            .get(phone_number_id)
            .ok_or_else(|| SubscribeError::UnknownNumber(phone_number_id.to_owned()))?;
        let config = &number.config;
        (
            challenge,
            config.app_secret.clone(),
            config.business_account_id.clone(),
        )
    };
    shake_hands(core, callback_url, verify_token, &challenge).await?;
    let subscription = Arc::new(Subscription {
        phone_number_id: phone_number_id.to_owned(),
        callback_url: callback_url.to_owned(),
        app_secret,
        business_account_id: account,
    });
    let mut world = core.world();
    world.subscriptions.retain(|known| {
        known.phone_number_id != phone_number_id || known.callback_url != callback_url
    });
    if world.subscriptions.len() >= MAX_SUBSCRIPTIONS {
        return Err(SubscribeError::TooMany);
    }
    world.subscriptions.push(subscription);
    Ok(())
}

async fn shake_hands(
    core: &Core,
    callback_url: &str,
    verify_token: &str,
    challenge: &str,
) -> Result<(), SubscribeError> {
    let unreachable = |error: reqwest::Error| SubscribeError::Unreachable(error.to_string());
    let answer = core
        .client
        .get(callback_url)
        .query(&[
            ("hub.mode", "subscribe"),
            ("hub.challenge", challenge),
            ("hub.verify_token", verify_token),
        ])
        .timeout(HANDSHAKE_TIMEOUT)
        .send()
        .await
        .map_err(unreachable)?;
    let status = answer.status().as_u16();
    let body = answer.text().await.map_err(unreachable)?;
    if status == 200 && body == challenge {
        return Ok(());
    }
    Err(SubscribeError::WrongAnswer {
        status,
        body: body.chars().take(200).collect(),
    })
}
