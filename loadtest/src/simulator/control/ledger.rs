//! The ledger, and statuses and webhooks by hand.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path, Query};
use serde::Deserialize;
use serde_json::{Value, json};

use super::ControlError;
use crate::simulator::chat::Step;
use crate::simulator::core::Core;
use crate::simulator::delivery;
use crate::simulator::status;
use crate::simulator::world::ChatKey;

const MAX_LIST: usize = 10_000;

/// Which, and how many.
#[derive(Deserialize)]
pub struct Part {
    limit: Option<usize>,
    /// Those after this number, the oldest first.
    after: Option<u64>,
}

/// Totals and the newest attempts, or those after a number, without totals: that is asked often.
pub async fn list_ledger(core: Data<Core>, query: Query<Part>) -> HttpResponse {
    let world = core.world();
    let limit = query.limit.unwrap_or(100).min(MAX_LIST);
    if let Some(number) = query.after {
        let data: Vec<_> = world.ledger.after(number, limit).collect();
        return HttpResponse::Ok().json(json!({"last": world.ledger.last(), "data": data}));
    }
    let data: Vec<_> = world.ledger.newest(limit).collect();
    HttpResponse::Ok().json(json!({"totals": world.ledger.totals(), "data": data}))
}

/// Forgets what was accepted.
pub async fn clear_ledger(core: Data<Core>) -> HttpResponse {
    core.world().ledger.clear();
    HttpResponse::NoContent().finish()
}

/// One attempt.
pub async fn get_attempt(
    core: Data<Core>,
    path: Path<String>,
) -> Result<HttpResponse, ControlError> {
    let world = core.world();
    world
        .ledger
        .get(&path)
        .map(|attempt| HttpResponse::Ok().json(attempt))
        .ok_or_else(|| ControlError::NotFound("no such attempt".to_owned()))
}

/// A status to tell.
#[derive(Deserialize)]
pub struct TellStatus {
    wamid: String,
    status: Step,
    code: Option<i64>,
}

/// Tells one status now.
pub async fn tell_status(
    core: Data<Core>,
    body: Json<TellStatus>,
) -> Result<HttpResponse, ControlError> {
    let key = core
        .world()
        .chat_of_message(&body.wamid)
        .cloned()
        .ok_or_else(|| ControlError::NotFound("no such message".to_owned()))?;
    if body.status == Step::Accepted {
        return Err(ControlError::Invalid(
            "accepted is no status of a webhook".to_owned(),
        ));
    }
    if !status::tell(&core, &key, &body.wamid, body.status, body.code) {
        return Err(ControlError::Full);
    }
    Ok(HttpResponse::Accepted().json(json!({"told": true})))
}

/// Any webhook.
#[derive(Deserialize)]
pub struct SendWebhook {
    phone_number_id: String,
    field: Option<String>,
    value: Option<Value>,
    body: Option<String>,
}

/// Sends a signed webhook that somebody made by hand.
pub async fn send_webhook(
    core: Data<Core>,
    body: Json<SendWebhook>,
) -> Result<HttpResponse, ControlError> {
    let core = core.into_inner();
    let SendWebhook {
        phone_number_id,
        field,
        value,
        body,
    } = body.into_inner();
    match (field, value, body) {
        (Some(field), Some(value), None) => {
            let key = ChatKey::new(&phone_number_id, "");
            if !core.deliver(&key, &json!({"field": field, "value": value})) {
                return Err(ControlError::Full);
            }
        }
        (None, None, Some(body)) => {
            let subscriptions: Vec<_> = {
                let world = core.world();
                world
                    .subscriptions
                    .iter()
                    .filter(|subscription| subscription.phone_number_id == phone_number_id)
                    .cloned()
                    .collect()
            };
            for subscription in subscriptions {
                delivery::post_raw(&core, subscription, body.clone().into());
            }
        }
        _ => {
            return Err(ControlError::Invalid(
                "give field and value, or body".to_owned(),
            ));
        }
    }
    Ok(HttpResponse::Accepted().json(json!({"sent": true})))
}
