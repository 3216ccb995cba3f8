//! The check of a message that a client wants to send, before it is stored: pure, against the limits of
//! CLOUD_API section 8.1. The client's object is the Cloud API's own, without `to`; `note` is ours.

mod finding;
mod interactive;
mod plain;
mod template;

use actors::model::ids::{MediaId, MessageId, UserId};
use actors::model::json::Json;
use serde_json::{Value, json};

use self::finding::Findings;
use super::file_ref;

pub use self::finding::Invalid;

/// Colleagues that one note calls.
pub const MAX_MENTIONS: usize = 20;
/// Longer than any `wamid` that was ever seen.
const MAX_PROVIDER_ID: usize = 255;

/// A message that may be stored and sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// The Cloud API's type name; `text` for a note.
    pub kind: String,
    /// For colleagues only.
    pub note: bool,
    /// Colleagues whom the note calls, each once.
    pub mentions: Vec<UserId>,
    /// What a person reads; None for a template (see [`super::template::render`]).
    pub text: Option<String>,
    /// The type's own object; our files are named by our ids.
    pub content: Json,
    /// Our files that the content names, each once.
    pub media: Vec<MediaId>,
    /// The message that this one answers.
    pub reply_to: Option<Reference>,
    /// The message that a reaction is put on; see [`Checked::aimed_at`].
    pub target: Option<Reference>,
}

/// How a client names a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    /// `msg_…`: to be turned into the provider's id before sending.
    Ours(MessageId),
    /// `wamid.…`
    Provider(String),
}

impl Checked {
    /// The reaction with the provider's id of its target in the content.
    pub fn aimed_at(mut self, provider_id: &str) -> Self {
        if self.target.is_some()
            && let Ok(mut content) = self.content.read::<Value>()
        {
            content["message_id"] = json!(provider_id);
            self.content = Json::from(content);
        }
        self.target = Some(Reference::Provider(provider_id.to_owned()));
        self
    }
}

/// Checks a whole message object; all that is wrong is told at once, with its place (`text.body`).
pub fn validate(message: &Value) -> Result<Checked, Vec<Invalid>> {
    let mut findings = Findings::default();
    let checked = check(message, &mut findings);
    match (checked, findings.into_list()) {
        (Some(checked), invalid) if invalid.is_empty() => Ok(checked),
        (None, invalid) if invalid.is_empty() => Err(vec![Invalid::new("type", "can't be sent")]),
        (_, invalid) => Err(invalid),
    }
}

fn check(message: &Value, findings: &mut Findings) -> Option<Checked> {
    let Some(message) = message.as_object() else {
        findings.add("", "must be an object");
        return None;
    };
    // Without a type the Cloud API takes it for a text.
    let kind = match message.get("type") {
        None => "text",
        Some(Value::String(kind)) => kind.as_str(),
        Some(_) => {
            findings.add("type", "must be a text");
            return None;
        }
    };
    let note = kind == "note";
    // A note's own object is that of a text.
    let own = match note && !message.contains_key("note") {
        true => "text",
        false => kind,
    };
    let Some(object) = message.get(own).filter(|object| !object.is_null()) else {
        match is_sendable(kind) {
            true => findings.add(own, "is missing"),
            false => findings.add("type", "is not a type that can be sent"),
        }
        return None;
    };
    let text = match kind {
        "text" | "note" => plain::text(own, object, findings),
        "location" => plain::location(object, findings),
        "contacts" => plain::contacts(object, findings),
        "reaction" => plain::reaction(object, findings),
        "interactive" => interactive::check(object, findings),
        "template" => {
            template::check(object, findings);
            None
        }
        file if file_ref::is_file(file) => plain::file(file, object, findings),
        _ => {
            findings.add("type", "is not a type that can be sent");
            return None;
        }
    };
    let reply_to = reply_to(kind, message.get("context"), findings);
    if note && message.get("mentions").is_some() {
        findings.add(
            "mentions",
            format!("belongs beside the body: {own}.mentions"),
        );
    }
    Some(Checked {
        kind: if note { "text" } else { kind }.to_owned(),
        note,
        mentions: match note {
            true => mentions(&format!("{own}.mentions"), object.get("mentions"), findings),
            false => Vec::new(),
        },
        text,
        content: Json::from(object.clone()),
        media: media(kind, object, findings),
        reply_to,
        target: match kind {
            "reaction" => reference("reaction.message_id", object.get("message_id"), findings),
            _ => None,
        },
    })
}

fn mentions(path: &str, value: Option<&Value>, findings: &mut Findings) -> Vec<UserId> {
    let Some(value) = value.filter(|value| !value.is_null()) else {
        return Vec::new();
    };
    let ids = value.as_array().filter(|ids| ids.len() <= MAX_MENTIONS);
    let ids: Option<Vec<UserId>> = ids.and_then(|ids| {
        let ids = ids.iter().map(|id| id.as_str()?.parse().ok());
        ids.collect()
    });
    let Some(mut ids) = ids else {
        findings.add(
            path,
            format!("must be at most {MAX_MENTIONS} ids of users (usr_…)"),
        );
        return Vec::new();
    };
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn is_sendable(kind: &str) -> bool {
    file_ref::is_file(kind)
        || matches!(
            kind,
            "text" | "note" | "location" | "contacts" | "reaction" | "interactive" | "template"
        )
}

fn reply_to(kind: &str, context: Option<&Value>, findings: &mut Findings) -> Option<Reference> {
    let context = context.filter(|context| !context.is_null())?;
    match kind {
        "reaction" => findings.add("context", "is not possible: a reaction names its message"),
        "note" => findings.add("context", "is not possible in a note"),
        _ => return reference("context.message_id", context.get("message_id"), findings),
    }
    None
}

fn reference(path: &str, value: Option<&Value>, findings: &mut Findings) -> Option<Reference> {
    let id = value.and_then(Value::as_str).unwrap_or_default().trim();
    if id.is_empty() || id.len() > MAX_PROVIDER_ID {
        findings.add(path, "must be the id of a message (msg_… or wamid.…)");
        return None;
    }
    if let Ok(ours) = id.parse::<MessageId>() {
        return Some(Reference::Ours(ours));
    }
    if id.starts_with("msg_") {
        findings.add(path, "is not a valid message id");
        return None;
    }
    Some(Reference::Provider(id.to_owned()))
}

fn media(kind: &str, object: &Value, findings: &mut Findings) -> Vec<MediaId> {
    let mut found = Vec::new();
    if !(file_ref::is_file(kind) || matches!(kind, "interactive" | "template")) {
        return found;
    }
    let mut object = object.clone();
    file_ref::each(kind, &mut object, &mut |id| match id.parse::<MediaId>() {
        Ok(id) if !found.contains(&id) => found.push(id),
        Ok(_) => {}
        Err(_) => findings.add(
            &format!("{kind}.id"),
            "must be the id of an uploaded file (med_…)",
        ),
    });
    found
}

#[cfg(test)]
mod tests;
