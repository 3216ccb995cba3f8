//! Numbers and accounts: what they are, and who gets their webhooks.

use std::sync::Arc;

use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::{Misfortune, id_of, json_of, media, misbehave, query_of, token_of};
use crate::simulator::core::Core;
use crate::simulator::error::GraphError;
use crate::simulator::fault::Operation;
use crate::simulator::options::{NumberConfig, Tier};
use crate::simulator::subscribe;

/// `GET /{id}`: a number, an account, a template or a file.
pub async fn get_object(
    core: Data<Core>,
    request: HttpRequest,
) -> Result<HttpResponse, GraphError> {
    let id = id_of(&request).to_owned();
    let token = token_of(&request);
    core.world().check_token(token.as_deref())?;
    if let Some(answer) = media::describe(&core, &request, &id).await? {
        return Ok(answer);
    }
    if let Some(Misfortune::Answer(answer, _)) =
        misbehave(&core, &request, Operation::Number, &id, None).await
    {
        return Ok(answer);
    }
    let world = core.world();
    if let Some(template) = world
        .templates
        .values()
        .flatten()
        .find(|template| template["id"] == id.as_str())
    {
        return Ok(HttpResponse::Ok().json(template));
    }
    if world.authorize_account(token.as_deref(), &id).is_ok() {
        return Ok(HttpResponse::Ok().json(json!({"id": id, "name": "Simulated business account"})));
    }
    let number = world.authorize(token.as_deref(), &id)?;
    let whole = described(&number.config);
    Ok(HttpResponse::Ok().json(only_fields(&whole, query_of(&request, "fields").as_deref())))
}

/// `POST /{phone-number-id}`: sets or removes the number's own callback.
pub async fn change_object(
    core: Data<Core>,
    request: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse, GraphError> {
    let core = core.into_inner();
    let id = id_of(&request).to_owned();
    core.world().authorize(token_of(&request).as_deref(), &id)?;
    let body = json_of(&body)?;
    if let Some(webhook) = body.get("webhook_configuration") {
        override_callback(&core, std::slice::from_ref(&id), webhook).await?;
    }
    Ok(HttpResponse::Ok().json(json!({"success": true})))
}

/// `GET /{account}/phone_numbers`
pub async fn list_numbers(
    core: Data<Core>,
    request: HttpRequest,
) -> Result<HttpResponse, GraphError> {
    let account = id_of(&request);
    let world = core.world();
    world.authorize_account(token_of(&request).as_deref(), account)?;
    let fields = query_of(&request, "fields");
    let data: Vec<Value> = world
        .numbers
        .values()
        .filter(|number| number.config.business_account_id == account)
        .map(|number| only_fields(&described(&number.config), fields.as_deref()))
        .collect();
    Ok(HttpResponse::Ok().json(json!({
        "data": data,
        "paging": {"cursors": {"before": "MAZDZD", "after": "MjQZD"}},
    })))
}

/// `POST /{account}/subscribed_apps`, with or without an own callback.
pub async fn subscribe_app(
    core: Data<Core>,
    request: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse, GraphError> {
    let core = core.into_inner();
    let account = id_of(&request).to_owned();
    core.world()
        .authorize_account(token_of(&request).as_deref(), &account)?;
    if !body.is_empty() {
        let body = json_of(&body)?;
        let numbers: Vec<String> = {
            let world = core.world();
            world
                .numbers
                .values()
                .filter(|number| number.config.business_account_id == account)
                .map(|number| number.config.phone_number_id.clone())
                .collect()
        };
        if body.get("override_callback_uri").is_some() {
            override_callback(&core, &numbers, &body).await?;
        }
    }
    Ok(HttpResponse::Ok().json(json!({"success": true})))
}

/// `GET /{account}/subscribed_apps`
pub async fn list_apps(core: Data<Core>, request: HttpRequest) -> Result<HttpResponse, GraphError> {
    let world = core.world();
    world.authorize_account(token_of(&request).as_deref(), id_of(&request))?;
    Ok(HttpResponse::Ok().json(json!({"data": [{
        "whatsapp_business_api_data": {"id": "700000000000001", "name": "Simulated app", "link": core.url()},
    }]})))
}

/// `DELETE /{account}/subscribed_apps`: nobody gets the account's webhooks any more.
pub async fn unsubscribe_app(
    core: Data<Core>,
    request: HttpRequest,
) -> Result<HttpResponse, GraphError> {
    let account = id_of(&request);
    let mut world = core.world();
    world.authorize_account(token_of(&request).as_deref(), account)?;
    world
        .subscriptions
        .retain(|subscription| subscription.business_account_id != account);
    Ok(HttpResponse::Ok().json(json!({"success": true})))
}

/// `GET /{phone-number-id}/whatsapp_business_profile`
pub async fn get_profile(
    core: Data<Core>,
    request: HttpRequest,
) -> Result<HttpResponse, GraphError> {
    let world = core.world();
    let number = world.authorize(token_of(&request).as_deref(), id_of(&request))?;
    Ok(HttpResponse::Ok().json(json!({"data": [{
        "messaging_product": "whatsapp",
        "about": format!("{} on WhatsApp", number.config.verified_name),
        "vertical": "RETAIL",
        "websites": ["https://shop.example/"],
    }]})))
}

/// `POST /{phone-number-id}/register`
pub async fn register(core: Data<Core>, request: HttpRequest) -> Result<HttpResponse, GraphError> {
    core.world()
        .authorize(token_of(&request).as_deref(), id_of(&request))?;
    Ok(HttpResponse::Ok().json(json!({"success": true})))
}

async fn override_callback(
    core: &Arc<Core>,
    numbers: &[String],
    webhook: &Value,
) -> Result<(), GraphError> {
    let url = webhook["override_callback_uri"]
        .as_str()
        .unwrap_or_default();
    if url.is_empty() {
        core.world()
            .subscriptions
            .retain(|subscription| !numbers.contains(&subscription.phone_number_id));
        return Ok(());
    }
    let verify_token = webhook["verify_token"].as_str().unwrap_or_default();
    for number in numbers {
        subscribe::subscribe(core, number, url, verify_token)
            .await
            .map_err(|error| GraphError {
                subcode: Some(2200),
                ..GraphError::new(100, format!("Callback verification failed: {error}"))
            })?;
    }
    Ok(())
}

fn described(number: &NumberConfig) -> Value {
    json!({
        "id": number.phone_number_id,
        "display_phone_number": number.display_phone_number,
        "verified_name": number.verified_name,
        "code_verification_status": "VERIFIED",
        "quality_rating": "GREEN",
        "platform_type": "CLOUD_API",
        "throughput": {"level": if number.tier == Tier::High { "HIGH" } else { "STANDARD" }},
        "status": "CONNECTED",
        "name_status": "APPROVED",
        "account_mode": "LIVE",
        "health_status": {"can_send_message": "AVAILABLE", "entities": [
            {"entity_type": "PHONE_NUMBER", "id": number.phone_number_id, "can_send_message": "AVAILABLE"},
        ]},
    })
}

fn only_fields(whole: &Value, fields: Option<&str>) -> Value {
    let Some(fields) = fields.filter(|fields| !fields.is_empty()) else {
        return whole.clone();
    };
    let mut picked = json!({"id": whole["id"]});
    for field in fields
        .split(',')
        .map(|field| field.split(['{', '.']).next().unwrap_or_default().trim())
    {
        if let Some(value) = whole.get(field) {
            picked[field] = value.clone();
        }
    }
    picked
}
