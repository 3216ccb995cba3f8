//! Field `history`: what was said on the phone app before the number was connected (up to 180 days), in chunks
//! without order; and its second kind, which brings the files of earlier placeholders.

use actors::model::inbound::InboundItem;
use actors::model::status::StatusUpdate;
use serde_json::value::RawValue;

use super::fault::first_fault;
use super::loose::Object;
use super::message::{Side, Surroundings, message};
use super::person;
use super::status::step;

/// Reads one element of `history[]` into `items`; what is not understood goes to `reject`.
pub fn chunk(
    raw: &RawValue,
    business: Option<&str>,
    around: &Surroundings<'_>,
    items: &mut Vec<InboundItem>,
    reject: &mut dyn FnMut(&'static str, &RawValue),
) {
    let Some(chunk) = Object::read(raw) else {
        return reject("a piece of history that is no object", raw);
    };
    // The customer may have declined to share it (2593109).
    items.extend(first_fault(&chunk).map(InboundItem::Fault));
    for raw in chunk.list("threads").unwrap_or_default() {
        let Some(thread) = Object::read(raw) else {
            reject("a thread that is no object", raw);
            continue;
        };
        let contact = thread.text("id");
        for raw in thread.list("messages").unwrap_or_default() {
            one(raw, contact.as_deref(), business, around, items, reject);
        }
    }
}

/// Reads one message of the past, of either side.
pub fn one(
    raw: &RawValue,
    contact: Option<&str>,
    business: Option<&str>,
    around: &Surroundings<'_>,
    items: &mut Vec<InboundItem>,
    reject: &mut dyn FnMut(&'static str, &RawValue),
) {
    let Some(object) = Object::read(raw) else {
        return reject("a message that is no object", raw);
    };
    let ours = is_ours(&object, business);
    let side = match ours {
        false => Side::Customer,
        true => {
            let mut named = person::identities(&object, "to", "to_user_id");
            if named.is_empty() {
                named.extend(contact.map(person::identity));
            }
            Side::Business(named)
        }
    };
    match message(&object, raw, side, around) {
        Err(reason) => reject(reason, raw),
        Ok(message) => {
            let ticks = ours.then(|| ticks(&object, &message.provider_id, message.sent_at));
            items.push(InboundItem::Message(message));
            items.extend(ticks.flatten().map(InboundItem::Status));
        }
    }
}

fn is_ours(message: &Object<'_>, business: Option<&str>) -> bool {
    if message.word("to").is_some() || message.word("to_user_id").is_some() {
        return true;
    }
    match (message.word("from"), business) {
        (Some(from), Some(business)) => person::same_phone(&from, business),
        _ => false,
    }
}

/// How far one of our messages had come when the history was taken.
fn ticks(
    message: &Object<'_>,
    provider_id: &str,
    at: actors::time::Timestamp,
) -> Option<StatusUpdate> {
    let context = message.object("history_context")?;
    let word = context.word("status")?.to_ascii_lowercase();
    let word = match word.as_str() {
        "error" => "failed",
        word => word,
    };
    Some(StatusUpdate {
        provider_id: provider_id.to_owned(),
        attempt: None,
        status: step(word)?,
        at,
        error: None,
        billing: None,
    })
}
