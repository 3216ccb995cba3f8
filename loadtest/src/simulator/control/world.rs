//! Numbers, subscriptions, behaviour and faults.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json};
use serde::Deserialize;
use serde_json::{Value, json};

use super::ControlError;
use crate::demo;
use crate::simulator::core::Core;
use crate::simulator::fault::Fault;
use crate::simulator::options::{Behaviour, NumberConfig};
use crate::simulator::subscribe as handshake;

/// Whether it runs, and what went out.
pub async fn health(core: Data<Core>) -> HttpResponse {
    let world = core.world();
    HttpResponse::Ok().json(json!({
        "ok": true,
        "numbers": world.numbers.len(),
        "subscriptions": world.subscriptions.len(),
        "counters": world.counters,
    }))
}

/// The numbers, without their secrets.
pub async fn list_numbers(core: Data<Core>) -> HttpResponse {
    let world = core.world();
    let data: Vec<Value> = world
        .numbers
        .values()
        .map(|number| {
            json!({
                "phone_number_id": number.config.phone_number_id,
                "business_account_id": number.config.business_account_id,
                "display_phone_number": number.config.display_phone_number,
                "verified_name": number.config.verified_name,
                "tier": number.config.tier,
            })
        })
        .collect();
    HttpResponse::Ok().json(json!({ "data": data }))
}

/// Adds or replaces a number.
pub async fn add_number(
    core: Data<Core>,
    number: Json<NumberConfig>,
) -> Result<HttpResponse, ControlError> {
    let number = number.into_inner();
    let decimal = |id: &str| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit());
    if !decimal(&number.phone_number_id) || !decimal(&number.business_account_id) {
        return Err(ControlError::Invalid(
            "the ids of a number and its account are digits".to_owned(),
        ));
    }
    let id = number.phone_number_id.clone();
    core.world().add_number(number);
    Ok(HttpResponse::Created().json(json!({ "phone_number_id": id })))
}

/// Who gets webhooks.
pub async fn list_subscriptions(core: Data<Core>) -> HttpResponse {
    let world = core.world();
    let data: Vec<_> = world.subscriptions.iter().map(AsRef::as_ref).collect();
    HttpResponse::Ok().json(json!({ "data": data }))
}

/// A callback for a number.
#[derive(Deserialize)]
pub struct Subscribe {
    phone_number_id: String,
    callback_url: String,
    verify_token: String,
}

/// Runs the handshake and subscribes the callback.
pub async fn subscribe(
    core: Data<Core>,
    body: Json<Subscribe>,
) -> Result<HttpResponse, ControlError> {
    let core = core.into_inner();
    handshake::subscribe(
        &core,
        &body.phone_number_id,
        &body.callback_url,
        &body.verify_token,
    )
    .await?;
    Ok(HttpResponse::Created().json(json!({"subscribed": true})))
}

/// Nobody gets webhooks any more.
pub async fn unsubscribe(core: Data<Core>) -> HttpResponse {
    core.world().subscriptions.clear();
    HttpResponse::NoContent().finish()
}

/// How the provider behaves.
pub async fn get_behaviour(core: Data<Core>) -> HttpResponse {
    HttpResponse::Ok().json(&core.world().behaviour)
}

/// Changes the named fields.
pub async fn set_behaviour(
    core: Data<Core>,
    change: Json<Value>,
) -> Result<HttpResponse, ControlError> {
    let mut world = core.world();
    let invalid = |error: serde_json::Error| ControlError::Invalid(error.to_string());
    let mut whole = serde_json::to_value(&world.behaviour).map_err(invalid)?;
    let (Some(whole_map), Some(change)) = (whole.as_object_mut(), change.as_object()) else {
        return Err(ControlError::Invalid(
            "the body must be an object".to_owned(),
        ));
    };
    for (key, value) in change {
        whole_map.insert(key.clone(), value.clone());
    }
    world.behaviour = serde_json::from_value::<Behaviour>(whole).map_err(invalid)?;
    Ok(HttpResponse::Ok().json(&world.behaviour))
}

/// The orders that still stand.
pub async fn list_faults(core: Data<Core>) -> HttpResponse {
    HttpResponse::Ok().json(json!({"data": core.world().faults.list()}))
}

/// One order, or a list.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Faults {
    Many(Vec<Fault>),
    One(Fault),
}

/// Orders faults.
pub async fn add_fault(
    core: Data<Core>,
    faults: Json<Faults>,
) -> Result<HttpResponse, ControlError> {
    let faults = match faults.into_inner() {
        Faults::Many(faults) => faults,
        Faults::One(fault) => vec![fault],
    };
    let mut world = core.world();
    for fault in faults {
        if !world.faults.add(fault) {
            return Err(ControlError::Invalid(
                "too many faults are ordered already".to_owned(),
            ));
        }
    }
    Ok(HttpResponse::Created().json(json!({"data": world.faults.list()})))
}

/// Takes all orders back.
pub async fn clear_faults(core: Data<Core>) -> HttpResponse {
    core.world().faults.clear();
    HttpResponse::NoContent().finish()
}

/// The demo's people.
pub async fn list_contacts() -> HttpResponse {
    let data: Vec<Value> = demo::contacts()
        .into_iter()
        .map(|contact| json!({"name": contact.name, "wa_id": contact.wa_id, "language": contact.language}))
        .collect();
    HttpResponse::Ok().json(json!({ "data": data }))
}
