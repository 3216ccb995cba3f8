//! Accepting a send: the checks that need the world, and the message appearing on the customer's phone.

use serde_json::{Value, json};

use super::chat::{Direction, Entry};
use super::error::GraphError;
use super::status::Fate;
use super::template;
use super::validate::{Draft, Recipient};
use super::wamid;
use super::world::{ChatKey, World};

/// A message that the provider took.
#[derive(Debug)]
pub struct Accepted {
    pub key: ChatKey,
    pub wamid: String,
    pub fate: Fate,
    /// The body of the 200.
    pub answer: Value,
    /// The bubble, for the phone page; None for reactions and messages that fail.
    pub bubble: Option<Entry>,
    /// A reaction's target and emoji.
    pub reaction: Option<(String, String)>,
}

/// Takes a message or says why not. The ledger knows of it already.
pub fn accept(
    world: &mut World,
    phone_number_id: &str,
    draft: &Draft,
    now_ms: i64,
) -> Result<Accepted, GraphError> {
    check_recipient(world, phone_number_id, draft)?;
    check_rates(world, phone_number_id, draft, now_ms)?;
    let template = check_content(world, phone_number_id, draft)?;

    let wamid = wamid::fresh(&mut world.rng, draft.to.key());
    let enforce_window = world.behaviour.enforce_window;
    let chat = world.chat_mut(phone_number_id, draft.to.key());
    let key = ChatKey::new(phone_number_id, chat.customer.key());
    let window_open = !enforce_window || draft.kind == "template" || chat.window_open(now_ms);
    chat.typing_until_ms = 0;

    let mut accepted = Accepted {
        answer: answer(draft, &wamid),
        key,
        fate: Fate::Arrives,
        wamid,
        bubble: None,
        reaction: None,
    };
    if !window_open {
        accepted.fate = Fate::Fails(131047);
        world.file_message(&accepted.wamid, &accepted.key);
    } else if draft.kind == "reaction" {
        accept_reaction(world, draft, &mut accepted);
    } else {
        accept_bubble(world, draft, template.as_ref(), &mut accepted, now_ms);
    }
    Ok(accepted)
}

fn answer(draft: &Draft, wamid: &str) -> Value {
    let contact = match &draft.to {
        Recipient::Phone { input, wa_id } => json!({"input": input, "wa_id": wa_id}),
        Recipient::User(id) => json!({"input": id, "user_id": id}),
    };
    let mut message = json!({ "id": wamid });
    if draft.kind == "template" {
        message["message_status"] = "accepted".into();
    }
    json!({"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]})
}

fn check_recipient(world: &World, phone_number_id: &str, draft: &Draft) -> Result<(), GraphError> {
    let own = world.numbers.get(phone_number_id).map(|number| {
        super::phone::canonical(&number.config.display_phone_number).unwrap_or_default()
    });
    if own.as_deref() == Some(draft.to.key()) {
        return Err(GraphError::new(
            131021,
            "Recipient phone number cannot be sender",
        ));
    }
    Ok(())
}

fn check_rates(
    world: &mut World,
    phone_number_id: &str,
    draft: &Draft,
    now_ms: i64,
) -> Result<(), GraphError> {
    if !world.behaviour.enforce_rates {
        return Ok(());
    }
    let http = world.behaviour.throttle_http;
    if let Some(number) = world.numbers.get_mut(phone_number_id)
        && !number.rate.take(now_ms)
    {
        return Err(GraphError::new(
            130429,
            "Message failed to send because there were too many messages sent from this phone number in a short \
             period of time",
        )
        .throttled_as(http));
    }
    if !world
        .chat_mut(phone_number_id, draft.to.key())
        .pair
        .take(now_ms)
    {
        return Err(GraphError::new(
            131056,
            "Message failed to send because there were too many messages sent from this phone number to the same \
             phone number in a short period of time",
        )
        .throttled_as(http));
    }
    Ok(())
}

/// Templates and uploaded files must exist; returns the template.
fn check_content(
    world: &World,
    phone_number_id: &str,
    draft: &Draft,
) -> Result<Option<Value>, GraphError> {
    for id in media_ids(&draft.kind, &draft.content) {
        let known = world
            .media
            .get(id)
            .is_some_and(|medium| medium.phone_number_id == phone_number_id);
        if !known {
            return Err(GraphError::new(
                100,
                format!(
                    "Param id is not a valid whatsapp business account media attachment ID: {id}"
                ),
            ));
        }
    }
    if draft.kind != "template" {
        return Ok(None);
    }
    let account = world
        .numbers
        .get(phone_number_id)
        .map(|number| number.config.business_account_id.as_str())
        .unwrap_or_default();
    let templates = world
        .templates
        .get(account)
        .map_or(&[] as &[Value], Vec::as_slice);
    let template = template::find(templates, &draft.content)?;
    template::check(template, &draft.content)?;
    if matches!(draft.to, Recipient::User(_)) && template["category"] == "AUTHENTICATION" {
        return Err(GraphError::new(
            131062,
            "Authentication templates need a phone number",
        ));
    }
    Ok(Some(template.clone()))
}

fn media_ids<'a>(kind: &str, content: &'a Value) -> Vec<&'a str> {
    let mut ids = Vec::new();
    if matches!(kind, "image" | "video" | "audio" | "document" | "sticker") {
        ids.extend(content.get("id").and_then(Value::as_str));
    }
    let headers = content.get("header").into_iter().chain(
        content
            .get("components")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|component| component.get("parameters"))
            .filter_map(Value::as_array)
            .flatten(),
    );
    for header in headers {
        for kind in ["image", "video", "document"] {
            ids.extend(
                header
                    .pointer(&format!("/{kind}/id"))
                    .and_then(Value::as_str),
            );
        }
    }
    ids
}

fn accept_reaction(world: &mut World, draft: &Draft, accepted: &mut Accepted) {
    let target = draft.content["message_id"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let emoji = draft.content["emoji"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    world.file_message(&accepted.wamid, &accepted.key);
    let chat = world.chat_mut(&accepted.key.phone_number_id, &accepted.key.customer);
    match chat.entry_mut(&target) {
        Some(entry) if !entry.revoked => {
            entry.business_reaction = Some(emoji.clone()).filter(|emoji| !emoji.is_empty());
            accepted.reaction = Some((target, emoji));
            accepted.fate = Fate::SentOnly;
        }
        // The phone may know messages that scrolled away here.
        None => accepted.fate = Fate::SentOnly,
        Some(_) => accepted.fate = Fate::Fails(131009),
    }
}

fn accept_bubble(
    world: &mut World,
    draft: &Draft,
    template: Option<&Value>,
    accepted: &mut Accepted,
    now_ms: i64,
) {
    let mut content = draft.content.clone();
    let mut category = "service";
    if let Some(template) = template {
        content["shown"] = shown(template, &draft.content);
        category = match template["category"].as_str() {
            Some("MARKETING") => "marketing",
            Some("AUTHENTICATION") => "authentication",
            _ => "utility",
        };
    }
    let mut entry = Entry::outbound(accepted.wamid.clone(), &draft.kind, content, now_ms);
    entry.reply_to = draft.reply_to.clone();
    entry.attempt = Some(
        draft
            .attempt
            .clone()
            .unwrap_or_else(|| accepted.wamid.clone()),
    );
    entry.category = category;
    debug_assert_eq!(entry.direction, Direction::Outbound);
    world.push(&accepted.key, entry.clone());
    accepted.bubble = Some(entry);
}

/// A template as a phone shows it: variables filled in.
fn shown(template: &Value, content: &Value) -> Value {
    let sent = content
        .get("components")
        .and_then(Value::as_array)
        .map_or(&[] as &[Value], Vec::as_slice);
    let mut shown = json!({});
    for component in template["components"].as_array().into_iter().flatten() {
        let text = component["text"].as_str().unwrap_or_default();
        match component["type"].as_str() {
            Some("HEADER") if component["format"] == "TEXT" => {
                shown["header"] =
                    template::filled(text, template::parameters(sent, "header", None)).into();
            }
            Some("HEADER") => {
                if let Some(file) = template::parameters(sent, "header", None).first() {
                    shown["media"] = file.clone();
                }
            }
            Some("BODY") => {
                shown["body"] =
                    template::filled(text, template::parameters(sent, "body", None)).into();
            }
            Some("FOOTER") => shown["footer"] = text.into(),
            Some("BUTTONS") => shown["buttons"] = component["buttons"].clone(),
            _ => {}
        }
    }
    shown
}
