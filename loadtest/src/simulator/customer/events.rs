//! Things a customer does that are no plain message: reactions, edits, take-backs, number changes, ghosts,
//! unsupported kinds, and echoes of what the business wrote on its own phone.

use serde_json::{Value, json};

use super::{Planned, Say, Scene, WritingError, customer_key, display_digits, metadata};
use crate::simulator::chat::{Customer, Entry, Step};
use crate::simulator::error::GraphError;
use crate::simulator::world::{ChatKey, World};

/// How long after the ghost the real message comes.
const GHOST_MS: u64 = 200;

/// The webhooks of an event; None for ordinary messages.
pub fn compose(world: &mut World, scene: &Scene<'_>) -> Result<Option<Vec<Planned>>, WritingError> {
    let change = match &scene.writing.say {
        Say::Reaction { message_id, emoji } => react(world, scene, message_id, emoji.as_deref()),
        Say::Edit { message_id, body } => edit(world, scene, message_id, body),
        Say::Revoke { message_id } => revoke(world, scene, message_id),
        Say::NumberChange { new_wa_id } => number_change(world, scene, new_wa_id)?,
        Say::Unsupported { what } => {
            let mut message = unsupported(scene, what.as_deref(), 131051);
            if let Some(context) = scene.context(world) {
                message["context"] = context;
            }
            bubble(world, scene, "unsupported", message["unsupported"].clone());
            scene.messages(world, vec![message], true)
        }
        Say::Ghost { body } => return Ok(Some(ghost(world, scene, body))),
        Say::Echo { body } => echo(world, scene, body),
        Say::Raw { message } => raw(world, scene, message),
        _ => return Ok(None),
    };
    Ok(Some(vec![Planned {
        after_ms: 0,
        change,
    }]))
}

fn react(world: &mut World, scene: &Scene<'_>, target: &str, emoji: Option<&str>) -> Value {
    let emoji = emoji.filter(|emoji| !emoji.is_empty());
    touch(world, scene, target, |entry| {
        entry.customer_reaction = emoji.map(str::to_owned);
    });
    let mut message = scene.head();
    message["type"] = "reaction".into();
    message["reaction"] = json!({ "message_id": target });
    if let Some(emoji) = emoji {
        message["reaction"]["emoji"] = emoji.into();
    }
    scene.messages(world, vec![message], true)
}

fn edit(world: &mut World, scene: &Scene<'_>, target: &str, body: &str) -> Value {
    touch(world, scene, target, |entry| {
        entry.content = json!({ "body": body });
        entry.edited = true;
    });
    let mut message = scene.head();
    message["type"] = "edit".into();
    message["edit"] = json!({
        "original_message_id": target,
        "message": {"type": "text", "text": {"body": body}},
    });
    scene.messages(world, vec![message], true)
}

fn revoke(world: &mut World, scene: &Scene<'_>, target: &str) -> Value {
    touch(world, scene, target, |entry| entry.revoked = true);
    let mut message = scene.head();
    message["type"] = "revoke".into();
    message["revoke"] = json!({ "original_message_id": target });
    scene.messages(world, vec![message], true)
}

fn number_change(
    world: &mut World,
    scene: &Scene<'_>,
    new_wa_id: &str,
) -> Result<Value, WritingError> {
    let new_key = customer_key(new_wa_id)?;
    let mut message = scene.head();
    message["type"] = "system".into();
    message["system"] = json!({
        "type": "user_changed_number",
        "wa_id": new_key,
        "body": format!("{} changed from {} to {new_key}", scene.person.name, scene.key.customer),
    });
    world.set_customer(
        &scene.key.phone_number_id,
        Customer {
            wa_id: Some(new_key),
            user_id: None,
            ..scene.person.clone()
        },
    );
    Ok(scene.messages(world, vec![message], false))
}

fn unsupported(scene: &Scene<'_>, what: Option<&str>, code: i64) -> Value {
    let mut message = scene.head();
    message["type"] = "unsupported".into();
    message["errors"] =
        json!([GraphError::new(code, "Message type is currently not supported.").in_webhook()]);
    if let Some(what) = what {
        message["unsupported"] = json!({ "type": what });
    }
    message
}

fn ghost(world: &mut World, scene: &Scene<'_>, body: &str) -> Vec<Planned> {
    let placeholder = unsupported(scene, Some("unknown"), 131060);
    let mut real = scene.head();
    real["type"] = "text".into();
    real["text"] = json!({ "body": body });
    bubble(world, scene, "text", json!({ "body": body }));
    vec![
        Planned {
            after_ms: 0,
            change: scene.messages(world, vec![placeholder], true),
        },
        Planned {
            after_ms: GHOST_MS,
            change: scene.messages(world, vec![real], true),
        },
    ]
}

fn echo(world: &mut World, scene: &Scene<'_>, body: &str) -> Value {
    let number = &scene.key.phone_number_id;
    let mut entry = Entry::outbound(
        scene.id.to_owned(),
        "text",
        json!({ "body": body }),
        scene.at_ms,
    );
    entry.step = Step::Read;
    world.push(scene.key, entry);
    let mut message = json!({
        "from": display_digits(world, number),
        "id": scene.id,
        "timestamp": (scene.at_ms / 1000).to_string(),
        "type": "text",
        "text": {"body": body},
    });
    if let Some(wa_id) = &scene.person.wa_id {
        message["to"] = wa_id.as_str().into();
    }
    if let Some(user_id) = &scene.person.user_id {
        message["to_user_id"] = user_id.as_str().into();
    }
    json!({"field": "smb_message_echoes", "value": {
        "messaging_product": "whatsapp",
        "metadata": metadata(world, number),
        "contacts": [scene.contact()],
        "message_echoes": [message],
    }})
}

fn raw(world: &mut World, scene: &Scene<'_>, message: &Value) -> Value {
    let mut whole = scene.head();
    if let (Some(whole), Some(given)) = (whole.as_object_mut(), message.as_object()) {
        for (key, value) in given {
            whole.insert(key.clone(), value.clone());
        }
    }
    let kind = whole["type"].as_str().unwrap_or("unknown").to_owned();
    let content = whole.get(&kind).cloned().unwrap_or(Value::Null);
    bubble(world, scene, &kind, content);
    scene.messages(world, vec![whole], true)
}

/// Shows something on the customer's own phone and opens the window.
fn bubble(world: &mut World, scene: &Scene<'_>, kind: &str, content: Value) {
    world.push(
        scene.key,
        Entry::inbound(scene.id.to_owned(), kind, content, scene.at_ms),
    );
    open_window(world, scene.key, scene.at_ms);
}

fn open_window(world: &mut World, key: &ChatKey, at_ms: i64) {
    let chat = world.chat_mut(&key.phone_number_id, &key.customer);
    chat.last_inbound_ms = Some(chat.last_inbound_ms.unwrap_or(i64::MIN).max(at_ms));
}

/// Changes a message that may have scrolled away.
fn touch(world: &mut World, scene: &Scene<'_>, target: &str, change: impl FnOnce(&mut Entry)) {
    world.file_message(scene.id, scene.key);
    let chat = world.chat_mut(&scene.key.phone_number_id, &scene.key.customer);
    if let Some(entry) = chat.entry_mut(target) {
        change(entry);
    }
    open_window(world, scene.key, scene.at_ms);
}
