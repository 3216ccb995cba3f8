//! Taps on buttons, rows and quick replies of messages that the business sent.

use serde_json::{Value, json};

use super::{Scene, WritingError};
use crate::simulator::world::World;

/// Taps the n-th thing of a message.
pub fn compose(
    world: &World,
    scene: &Scene<'_>,
    message_id: &str,
    index: usize,
) -> Result<(String, Value), WritingError> {
    let entry = world
        .chat(&scene.key.phone_number_id, &scene.key.customer)
        .and_then(|chat| chat.entry(message_id))
        .ok_or_else(|| WritingError::UnknownMessage(message_id.to_owned()))?;
    let content = &entry.content;
    if entry.kind == "template" {
        return template(content, index).ok_or(WritingError::NothingToTap);
    }
    let rows: Vec<&Value> = match content["type"].as_str() {
        Some("button") => content["action"]["buttons"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|button| &button["reply"])
            .collect(),
        Some("list") => content["action"]["sections"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|section| section["rows"].as_array())
            .flatten()
            .collect(),
        _ => Vec::new(),
    };
    let chosen = rows.get(index).ok_or(WritingError::NothingToTap)?;
    let id = chosen["id"].as_str().unwrap_or_default();
    let title = chosen["title"].as_str().unwrap_or_default();
    Ok(if content["type"] == "list" {
        row(id, title, chosen["description"].as_str())
    } else {
        button(id, title)
    })
}

fn template(content: &Value, index: usize) -> Option<(String, Value)> {
    let button = content.pointer(&format!("/shown/buttons/{index}"))?;
    if button["type"] != "QUICK_REPLY" {
        return None;
    }
    let sent = content["components"]
        .as_array()
        .map_or(&[] as &[Value], Vec::as_slice);
    let payload = crate::simulator::template::parameters(sent, "button", Some(index))
        .first()
        .and_then(|parameter| parameter["payload"].as_str());
    Some(quick_reply(
        button["text"].as_str().unwrap_or_default(),
        payload,
    ))
}

/// A reply button of an interactive message.
pub fn button(id: &str, title: &str) -> (String, Value) {
    (
        "interactive".to_owned(),
        json!({"type": "button_reply", "button_reply": {"id": id, "title": title}}),
    )
}

/// A row of a list.
pub fn row(id: &str, title: &str, description: Option<&str>) -> (String, Value) {
    let mut reply = json!({"id": id, "title": title});
    if let Some(description) = description {
        reply["description"] = description.into();
    }
    (
        "interactive".to_owned(),
        json!({"type": "list_reply", "list_reply": reply}),
    )
}

/// A quick reply of a template; without a payload the provider repeats the text.
pub fn quick_reply(text: &str, payload: Option<&str>) -> (String, Value) {
    (
        "button".to_owned(),
        json!({"payload": payload.unwrap_or(text), "text": text}),
    )
}
