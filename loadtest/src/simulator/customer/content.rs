//! The type and object of ordinary messages.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};

use super::{File, Say, Scene, WritingError, tap};
use crate::simulator::core::Core;
use crate::simulator::media;
use crate::simulator::world::World;

/// What a customer can attach at most.
const MAX_FILE: usize = 100 * 1024 * 1024;

/// The Cloud API's type and object.
pub fn compose(world: &mut World, scene: &Scene<'_>) -> Result<(String, Value), WritingError> {
    let mut file = |kind: &str, file: &File| attach(world, scene, kind, file);
    Ok(match &scene.writing.say {
        Say::Text { body } => ("text".to_owned(), json!({ "body": body })),
        Say::Image { file: f, caption } => (
            "image".to_owned(),
            captioned(file("image", f)?, caption.as_ref()),
        ),
        Say::Video { file: f, caption } => (
            "video".to_owned(),
            captioned(file("video", f)?, caption.as_ref()),
        ),
        Say::Audio { file: f } => {
            let mut audio = file("audio", f)?;
            audio["voice"] = false.into();
            ("audio".to_owned(), audio)
        }
        Say::Voice { file: f } => {
            let mut audio = file("voice", f)?;
            audio["voice"] = true.into();
            ("audio".to_owned(), audio)
        }
        Say::Document { file: f, caption } => (
            "document".to_owned(),
            captioned(file("document", f)?, caption.as_ref()),
        ),
        Say::Sticker { file: f, animated } => {
            let mut sticker = file("sticker", f)?;
            sticker["animated"] = (*animated).into();
            ("sticker".to_owned(), sticker)
        }
        Say::Location {
            latitude,
            longitude,
            name,
            address,
        } => {
            let mut location = json!({"latitude": latitude, "longitude": longitude});
            if let Some(name) = name {
                location["name"] = name.as_str().into();
            }
            if let Some(address) = address {
                location["address"] = address.as_str().into();
            }
            ("location".to_owned(), location)
        }
        Say::Contacts { cards } => ("contacts".to_owned(), json!(cards)),
        Say::Order {
            catalog_id,
            text,
            product_items,
        } => {
            let mut order = json!({"catalog_id": catalog_id, "product_items": product_items});
            if let Some(text) = text {
                order["text"] = text.as_str().into();
            }
            ("order".to_owned(), order)
        }
        Say::Tap { message_id, index } => tap::compose(world, scene, message_id, *index)?,
        Say::ButtonReply { id, title, .. } => tap::button(id, title),
        Say::ListReply {
            id,
            title,
            description,
            ..
        } => tap::row(id, title, description.as_deref()),
        Say::TemplateButton { text, payload, .. } => tap::quick_reply(text, payload.as_deref()),
        Say::FlowReply { response_json, .. } => (
            "interactive".to_owned(),
            json!({"type": "nfm_reply",
                   "nfm_reply": {"name": "flow", "body": "Sent", "response_json": response_json}}),
        ),
        // The others are events; they were composed before.
        _ => ("text".to_owned(), json!({"body": ""})),
    })
}

fn captioned(mut file: Value, caption: Option<&String>) -> Value {
    if let Some(caption) = caption.filter(|caption| !caption.is_empty()) {
        file["caption"] = caption.as_str().into();
    }
    file
}

/// Puts a file on the provider's shelf and describes it as webhooks do.
fn attach(
    world: &mut World,
    scene: &Scene<'_>,
    kind: &str,
    file: &File,
) -> Result<Value, WritingError> {
    let number = &scene.key.phone_number_id;
    let id = match &file.media_id {
        Some(id) => id.clone(),
        None => {
            let (mime_type, name, bytes) = match &file.data {
                Some(data) => {
                    let bytes = STANDARD.decode(data).map_err(|_| WritingError::BadFile)?;
                    if bytes.len() > MAX_FILE {
                        return Err(WritingError::BadFile);
                    }
                    let mime_type = file
                        .mime_type
                        .clone()
                        .unwrap_or_else(|| media::sample(kind).0.to_owned());
                    (mime_type, file.filename.clone(), Bytes::from(bytes))
                }
                None => {
                    let (mime_type, name, bytes) = media::sample(kind);
                    let name = file.filename.clone().unwrap_or_else(|| name.to_owned());
                    (mime_type.to_owned(), Some(name), Bytes::from_static(bytes))
                }
            };
            world
                .media
                .put(&mut world.rng, number, &mime_type, name, bytes)
        }
    };
    let path = world.media.address(&mut world.rng, &id, Core::now_ms());
    let medium = world.media.get(&id).ok_or(WritingError::BadFile)?;
    let mut described = json!({
        "id": id,
        "mime_type": medium.mime_type,
        "sha256": medium.sha256_base64(),
    });
    if let Some(path) = path {
        described["url"] = format!("{}{path}", scene.url).into();
    }
    if kind == "document"
        && let Some(name) = &medium.filename
    {
        described["filename"] = name.as_str().into();
    }
    Ok(described)
}
