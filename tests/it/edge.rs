//! The messaging edge of a node as it is shipped: the provider's callback, sockets, messages and files.

mod callback;
mod files;
mod messages;
mod socket;

use sha2::Sha256;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};

use crate::support::whole::{NUMBER, SECRET, Whole};

/// Where the provider posts to.
fn callback(whole: &Whole) -> String {
    format!(
        "http://{}/webhooks/whatsapp/{}",
        whole.address(),
        whole.session
    )
}

/// The seal that the provider puts on `body`, written here once more so that a mistake in the hub shows.
fn seal(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

/// Posts a sealed body; the status.
pub async fn post_sealed(whole: &Whole, body: impl Into<Vec<u8>>) -> u16 {
    post_sealed_as(whole, body, "edge").await
}

/// The same, with the request's id.
pub async fn post_sealed_as(whole: &Whole, body: impl Into<Vec<u8>>, id: &str) -> u16 {
    let body = body.into();
    let request = whole
        .http()
        .post(callback(whole))
        .header("X-Request-Id", id)
        .header("X-Hub-Signature-256", seal(SECRET, &body))
        .header("Content-Type", "application/json")
        .body(body);
    request.send().await.unwrap().status().as_u16()
}

/// A webhook about `phone_number_id` with these messages.
pub fn webhook(phone_number_id: &str, messages: &[Value]) -> String {
    change("messages", &said(phone_number_id, messages))
}

/// What a change tells of messages to that number.
fn said(phone_number_id: &str, messages: &[Value]) -> Value {
    json!({
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550109999", "phone_number_id": phone_number_id},
        "messages": messages,
    })
}

/// A webhook with one change.
fn change(field: &str, value: &Value) -> String {
    changes(&[json!({"field": field, "value": value})])
}

/// A webhook with many, as WhatsApp sends them after it could not.
fn changes(all: &[Value]) -> String {
    json!({
        "object": "whatsapp_business_account",
        "entry": [{"id": "102290129340398", "changes": all}],
    })
    .to_string()
}

/// A text of a customer, said now.
pub fn text(from: &str, id: &str, body: &str) -> Value {
    let now = actors::time::Timestamp::now().millis() / 1000;
    json!({
        "from": from, "id": id, "timestamp": now.to_string(), "type": "text",
        "text": {"body": body},
    })
}

/// Lets `customer` say something; the conversation's id.
async fn conversation(whole: &Whole, customer: &str) -> String {
    // Said past the simulator, which therefore knows of no open window.
    whole
        .simulator
        .behave(|behaviour| behaviour.enforce_window = false);
    let hello = text(customer, &format!("wamid.hello-{customer}"), "Hello");
    assert_eq!(post_sealed(whole, webhook(NUMBER, &[hello])).await, 200);
    let found = whole.get(&format!("/conversations?q={customer}")).await;
    found["data"][0]["id"].as_str().unwrap().to_owned()
}
