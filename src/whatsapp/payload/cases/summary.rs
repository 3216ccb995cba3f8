//! A webhook in few lines, for files that people read.

use actors::model::inbound::{Effect, InboundItem, InboundMedia, InboundMessage};
use actors::model::status::{ProviderFault, StatusUpdate};
use serde_json::{Map, Value, json};

use crate::whatsapp::payload::{Delivery, Rejected, Webhook};

/// Everything of the webhook; what is absent is left out.
pub fn of(webhook: &Webhook) -> Value {
    object([
        ("deliveries", list(webhook.deliveries.iter().map(delivery))),
        ("rejected", list(webhook.rejected.iter().map(rejected))),
    ])
}

fn delivery(delivery: &Delivery) -> Value {
    object([
        ("account", json!(delivery.business_account_id)),
        ("number", json!(delivery.phone_number_id)),
        ("display", json!(delivery.display_phone_number)),
        ("items", list(delivery.items.iter().map(item))),
    ])
}

fn rejected(rejected: &Rejected) -> Value {
    let raw: String = rejected.raw.split_whitespace().collect();
    object([
        ("number", json!(rejected.phone_number_id)),
        ("reason", json!(rejected.reason)),
        ("raw", json!(raw)),
    ])
}

fn item(item: &InboundItem) -> Value {
    match item {
        InboundItem::Message(message) => json!({ "message": self::message(message) }),
        InboundItem::Status(status) => json!({ "status": self::status(status) }),
        InboundItem::Fault(error) => json!({ "fault": fault(error) }),
        InboundItem::Notice(notice) => json!({ "notice": notice.field, "value": notice.value }),
    }
}

fn message(message: &InboundMessage) -> Value {
    let identities = message
        .identities
        .iter()
        .map(|identity| Value::from(format!("{} {}", identity.kind.as_str(), identity.value)));
    object([
        ("id", json!(message.provider_id)),
        ("contact", list(identities)),
        ("name", json!(message.profile_name)),
        ("username", json!(message.username)),
        ("at", json!(message.sent_at)),
        ("kind", json!(message.kind)),
        ("text", json!(message.text.as_deref().map(shortened))),
        ("content", content(message)),
        ("media", list(message.media.iter().map(media))),
        ("reply_to", json!(message.reply_to)),
        (
            "context",
            message.context.as_ref().map_or(Value::Null, |context| {
                let mut shown = json!(context);
                if let Value::Object(fields) = &mut shown {
                    fields.retain(|_, value| !value.is_null() && *value != Value::Bool(false));
                }
                shown
            }),
        ),
        ("error", message.error.as_ref().map_or(Value::Null, fault)),
        ("effect", effect(&message.effect)),
    ])
}

/// Content that is the whole message would only repeat the file.
fn content(message: &InboundMessage) -> Value {
    let content: Value = serde_json::from_str(message.content.get()).unwrap();
    match content.get("id") == Some(&json!(message.provider_id)) {
        true => json!("the whole message"),
        false if message.kind == "text" && message.text.as_deref().is_some_and(is_long) => {
            json!("a long text")
        }
        false => content,
    }
}

fn is_long(text: &str) -> bool {
    text.len() > 1000
}

fn shortened(text: &str) -> String {
    match is_long(text) {
        true => format!(
            "{} bytes, ending in {:?}",
            text.len(),
            &text[text.len() - 10..]
        ),
        false => text.to_owned(),
    }
}

fn media(media: &InboundMedia) -> Value {
    object([
        ("id", json!(media.provider_media_id)),
        ("mime_type", json!(media.mime_type)),
        ("filename", json!(media.filename)),
        ("sha256", json!(media.sha256)),
        (
            "voice",
            if media.voice {
                json!(true)
            } else {
                Value::Null
            },
        ),
        (
            "animated",
            if media.animated {
                json!(true)
            } else {
                Value::Null
            },
        ),
    ])
}

fn effect(effect: &Effect) -> Value {
    match effect {
        // The usual one goes without saying.
        Effect::Plain => Value::Null,
        effect => json!(effect),
    }
}

fn status(status: &StatusUpdate) -> Value {
    object([
        ("id", json!(status.provider_id)),
        ("attempt", json!(status.attempt)),
        ("status", json!(status.status)),
        ("at", json!(status.at)),
        ("error", status.error.as_ref().map_or(Value::Null, fault)),
        ("billing", json!(status.billing)),
    ])
}

fn fault(fault: &ProviderFault) -> Value {
    object([
        ("code", json!(fault.code)),
        ("title", json!(fault.title)),
        ("details", json!(fault.details)),
    ])
}

fn list(elements: impl Iterator<Item = Value>) -> Value {
    let elements: Vec<Value> = elements.collect();
    match elements.is_empty() {
        true => Value::Null,
        false => Value::Array(elements),
    }
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let fields = fields
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(key, value)| (key.to_owned(), value));
    Value::Object(fields.collect::<Map<_, _>>())
}
