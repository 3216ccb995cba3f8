//! What a message is, by its type: what a person reads, what is kept, which files belong to it, and what it
//! does besides being there (CLOUD_API sections 4.1 to 4.5).

use actors::model::contact::Identity;
use actors::model::inbound::{Effect, InboundMedia};
use actors::model::json::Json;
use serde_json::value::RawValue;

use super::loose::{Object, keep};
use super::person;
use super::words;

/// The kind under which everything is kept that can't be shown.
pub const UNSUPPORTED: &str = "unsupported";
/// Longer type names are nonsense.
const MAX_KIND: usize = 64;

/// What a message is.
pub struct Substance {
    pub kind: String,
    pub text: Option<String>,
    pub content: Json,
    pub media: Vec<InboundMedia>,
    pub effect: Effect,
}

/// Reads the type and its object; `whole` is the message itself, kept where the type is not understood.
pub fn substance(message: &Object<'_>, whole: &RawValue) -> Substance {
    let kind = message.word("type").unwrap_or_default();
    let read = match &*kind {
        "reaction" => reaction(message),
        "edit" => edit(message),
        "revoke" => revoke(message),
        "system" => system(message),
        // The contact opened the chat and said nothing yet.
        "request_welcome" => Some(unknown(&kind, whole, Effect::System)),
        UNSUPPORTED | "unknown" | "media_placeholder" | "" => None,
        kind if words::is_known(kind) => plain(kind, message),
        kind => Some(unknown(kind, whole, Effect::Plain)),
    };
    // A real message with the same id may follow and then replaces this one.
    read.unwrap_or_else(|| unknown(UNSUPPORTED, whole, Effect::Placeholder))
}

/// A message whose type only tells what it shows.
fn plain(kind: &str, message: &Object<'_>) -> Option<Substance> {
    let raw = message.raw(kind)?;
    let words = words::read(kind, raw)?;
    // "voice" is the older spelling of a voice note.
    let (kind, voice) = match kind {
        "voice" => ("audio", true),
        kind => (kind, false),
    };
    Some(Substance {
        kind: kind.to_owned(),
        text: words,
        content: keep(raw),
        media: media(kind, raw, voice),
        effect: Effect::Plain,
    })
}

fn reaction(message: &Object<'_>) -> Option<Substance> {
    let reaction = message.object("reaction")?;
    let emoji = reaction.text("emoji");
    Some(Substance {
        kind: "reaction".to_owned(),
        text: emoji.clone(),
        content: message.json("reaction")?,
        media: Vec::new(),
        effect: Effect::Reaction {
            target: reaction.text("message_id")?,
            emoji,
        },
    })
}

/// The new version under its own type, so that it can stand alone when the original is not known.
fn edit(message: &Object<'_>) -> Option<Substance> {
    let edit = message.object("edit")?;
    let target = edit.text("original_message_id")?;
    let new = edit.object("message")?;
    let kind = new.word("type")?;
    let read = words::is_known(&kind).then(|| plain(&kind, &new))??;
    Some(Substance {
        // The file itself can't be edited, only its caption.
        media: Vec::new(),
        effect: Effect::Edit { target },
        ..read
    })
}

fn revoke(message: &Object<'_>) -> Option<Substance> {
    let target = message.object("revoke")?.text("original_message_id")?;
    Some(Substance {
        kind: "revoke".to_owned(),
        text: None,
        content: message.json("revoke")?,
        media: Vec::new(),
        effect: Effect::Revoke { target },
    })
}

fn system(message: &Object<'_>) -> Option<Substance> {
    let system = message.object("system")?;
    let to = match system.word("type").as_deref() {
        Some("user_changed_number" | "user_changed_user_id") => new_identities(&system),
        _ => Vec::new(),
    };
    Some(Substance {
        kind: "system".to_owned(),
        text: system.text("body"),
        content: message.json("system")?,
        media: Vec::new(),
        effect: match to.is_empty() {
            true => Effect::System,
            false => Effect::Renumber { to },
        },
    })
}

fn new_identities(system: &Object<'_>) -> Vec<Identity> {
    let mut found = person::identities(system, "wa_id", "user_id");
    if let Some(word) = system.word("new_wa_id") {
        let older_key = person::identity(&word);
        if !found.contains(&older_key) {
            found.insert(0, older_key);
        }
    }
    found
}

fn media(kind: &str, raw: &RawValue, voice: bool) -> Vec<InboundMedia> {
    if !words::has_file(kind) {
        return Vec::new();
    }
    let Some(file) = Object::read(raw) else {
        return Vec::new();
    };
    let Some(provider_media_id) = file.text("id") else {
        return Vec::new();
    };
    vec![InboundMedia {
        provider_media_id,
        mime_type: file
            .text("mime_type")
            .unwrap_or_else(|| "application/octet-stream".to_owned()),
        filename: file.text("filename"),
        sha256: file.text("sha256"),
        voice: voice || file.flag("voice"),
        animated: file.flag("animated"),
    }]
}

fn unknown(kind: &str, whole: &RawValue, effect: Effect) -> Substance {
    Substance {
        kind: kind.chars().take(MAX_KIND).collect(),
        text: None,
        content: keep(whole),
        media: Vec::new(),
        effect,
    }
}
