//! Whether a send is one that the provider would take: required fields, known types, lengths. Pure: what needs
//! the world (templates, media, rates) is asked elsewhere.

mod interactive;
mod media;

use serde_json::Value;

use super::error::GraphError;
use super::phone;

/// A send that can be accepted as far as its own text tells.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    pub to: Recipient,
    pub kind: String,
    /// The object of that type.
    pub content: Value,
    /// The quoted message.
    pub reply_to: Option<String>,
    /// `biz_opaque_callback_data`
    pub attempt: Option<String>,
}

/// Who it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// As written, and as the provider knows it.
    Phone { input: String, wa_id: String },
    /// A business-scoped user id.
    User(String),
}

impl Recipient {
    /// What the chat is filed under.
    pub fn key(&self) -> &str {
        match self {
            Self::Phone { wa_id, .. } => wa_id,
            Self::User(id) => id,
        }
    }
}

/// What a POST to `/messages` asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Call {
    Send(Box<Draft>),
    /// Mark as read, and show that somebody types.
    Read {
        message_id: String,
        typing: bool,
    },
}

const TEXT_LENGTH: usize = 4096;
const CALLBACK_DATA_LENGTH: usize = 512;
const CARDS: usize = 257;

/// Understands a body, or says what is wrong with it.
pub fn call(body: &Value) -> Result<Call, GraphError> {
    if !body.is_object() {
        return Err(GraphError::new(100, "The body must be a JSON object"));
    }
    if body.get("messaging_product").and_then(Value::as_str) != Some("whatsapp") {
        return Err(GraphError::new(
            100,
            "The parameter messaging_product is required and must be \"whatsapp\"",
        ));
    }
    if let Some(status) = body.get("status") {
        return read(body, status);
    }
    draft(body).map(|draft| Call::Send(Box::new(draft)))
}

fn read(body: &Value, status: &Value) -> Result<Call, GraphError> {
    if status.as_str() != Some("read") {
        return Err(invalid(
            "status",
            "the only status that can be set is \"read\"",
        ));
    }
    let message_id = required_text(body, "message_id")?.to_owned();
    let typing = match body.get("typing_indicator") {
        None | Some(Value::Null) => false,
        Some(indicator) if indicator.get("type").and_then(Value::as_str) == Some("text") => true,
        Some(_) => return Err(invalid("typing_indicator", "its type must be \"text\"")),
    };
    Ok(Call::Read { message_id, typing })
}

fn draft(body: &Value) -> Result<Draft, GraphError> {
    match body.get("recipient_type").and_then(Value::as_str) {
        None | Some("individual") => {}
        Some(other) => {
            return Err(invalid(
                "recipient_type",
                &format!("{other} is not simulated"),
            ));
        }
    }
    let to = recipient(body)?;
    let kind = match body.get("type") {
        None | Some(Value::Null) => "text",
        Some(Value::String(kind)) => kind,
        Some(_) => return Err(GraphError::new(100, "Param type must be a string")),
    };
    let known = [
        "text",
        "image",
        "video",
        "audio",
        "document",
        "sticker",
        "location",
        "contacts",
        "reaction",
        "interactive",
        "template",
    ];
    if !known.contains(&kind) {
        return Err(GraphError::new(
            100,
            format!(
                "Param type must be one of {{{}}}",
                known.join(", ").to_uppercase()
            ),
        ));
    }
    let content = body
        .get(kind)
        .filter(|value| !value.is_null())
        .ok_or_else(|| missing(kind))?;
    content_of(kind, content)?;
    if kind == "reaction" && body.get("context").is_some_and(Value::is_object) {
        return Err(invalid("context", "a reaction can't be a reply"));
    }
    if matches!((kind, &to), ("template", Recipient::User(_)))
        && content.get("category").and_then(Value::as_str) == Some("AUTHENTICATION")
    {
        return Err(GraphError::new(
            131062,
            "Authentication templates need a phone number",
        ));
    }
    let attempt = match body.get("biz_opaque_callback_data") {
        None | Some(Value::Null) => None,
        Some(Value::String(data)) if data.chars().count() <= CALLBACK_DATA_LENGTH => {
            Some(data.clone())
        }
        Some(_) => return Err(too_long("biz_opaque_callback_data", CALLBACK_DATA_LENGTH)),
    };
    Ok(Draft {
        to,
        kind: kind.to_owned(),
        content: content.clone(),
        reply_to: body
            .pointer("/context/message_id")
            .and_then(Value::as_str)
            .map(str::to_owned),
        attempt,
    })
}

fn recipient(body: &Value) -> Result<Recipient, GraphError> {
    if let Some(to) = body.get("to").filter(|to| !to.is_null()) {
        let input = to
            .as_str()
            .ok_or_else(|| GraphError::new(100, "Param to must be a string"))?;
        let wa_id =
            phone::canonical(input).ok_or_else(|| invalid("to", "it is not a telephone number"))?;
        return Ok(Recipient::Phone {
            input: input.to_owned(),
            wa_id,
        });
    }
    match body.get("recipient").and_then(Value::as_str) {
        Some(id) if phone::is_user_id(id) => Ok(Recipient::User(id.to_owned())),
        Some(_) => Err(invalid("recipient", "it is not a user id")),
        None => Err(GraphError::new(100, "The parameter to is required")),
    }
}

fn content_of(kind: &str, content: &Value) -> Result<(), GraphError> {
    match kind {
        "text" => {
            let body = required_text(content, "body")?;
            limit("text['body']", body, TEXT_LENGTH)
        }
        "image" | "video" | "audio" | "document" | "sticker" => media::check(kind, content),
        "location" => {
            coordinate(content, "latitude", 90.0)?;
            coordinate(content, "longitude", 180.0)
        }
        "contacts" => cards(content),
        "reaction" => {
            required_text(content, "message_id")?;
            match content.get("emoji") {
                Some(Value::String(emoji)) if emoji.chars().count() <= 16 => Ok(()),
                Some(_) => Err(invalid("reaction['emoji']", "it must be one emoji")),
                None => Err(missing("reaction['emoji']")),
            }
        }
        "interactive" => interactive::check(content),
        _ => {
            required_text(content, "name")?;
            let language = content
                .get("language")
                .ok_or_else(|| missing("template['language']"))?;
            required_text(language, "code").map(drop)
        }
    }
}

fn cards(content: &Value) -> Result<(), GraphError> {
    let cards = content
        .as_array()
        .ok_or_else(|| invalid("contacts", "it must be a list"))?;
    if cards.is_empty() || cards.len() > CARDS {
        return Err(invalid("contacts", "1 to 257 cards are allowed"));
    }
    for card in cards {
        let name = card
            .get("name")
            .ok_or_else(|| missing("contacts['name']"))?;
        required_text(name, "formatted_name")?;
        let parts = ["first_name", "last_name", "middle_name", "prefix", "suffix"];
        if !parts
            .iter()
            .any(|part| name.get(part).is_some_and(Value::is_string))
        {
            return Err(missing(
                "one more part of contacts['name'] than formatted_name",
            ));
        }
    }
    Ok(())
}

fn coordinate(content: &Value, key: &str, bound: f64) -> Result<(), GraphError> {
    let value = content
        .get(key)
        .ok_or_else(|| missing(&format!("location['{key}']")))?;
    let number = value
        .as_f64()
        .or_else(|| value.as_str().and_then(|text| text.parse().ok()));
    match number {
        Some(number) if number.abs() <= bound => Ok(()),
        _ => Err(invalid(&format!("location['{key}']"), "it is out of range")),
    }
}

/// A text that must be there and not be empty.
fn required_text<'a>(object: &'a Value, key: &str) -> Result<&'a str, GraphError> {
    match object.get(key) {
        Some(Value::String(text)) if !text.is_empty() => Ok(text),
        Some(Value::String(_)) | None | Some(Value::Null) => Err(missing(key)),
        Some(_) => Err(GraphError::new(
            100,
            format!("Param {key} must be a string"),
        )),
    }
}

fn limit(name: &str, text: &str, length: usize) -> Result<(), GraphError> {
    if text.chars().count() > length {
        return Err(too_long(name, length));
    }
    Ok(())
}

fn too_long(name: &str, length: usize) -> GraphError {
    GraphError::new(
        100,
        format!("Param {name} must be at most {length} characters long."),
    )
}

fn missing(name: &str) -> GraphError {
    GraphError::new(131008, format!("The parameter {name} is required."))
}

fn invalid(name: &str, why: &str) -> GraphError {
    GraphError::new(131009, format!("The parameter {name} is not valid: {why}."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn code(body: Value) -> Option<i64> {
        call(&body).err().map(|error| error.code)
    }

    fn send(kind: &str, content: Value) -> Value {
        json!({"messaging_product": "whatsapp", "to": "+15551112222", "type": kind, kind: content})
    }

    #[test]
    fn what_the_provider_takes_is_taken() {
        for body in [
            send("text", json!({"body": "hi"})),
            send("image", json!({"id": "1", "caption": "c"})),
            send(
                "document",
                json!({"link": "https://example.org/a.pdf", "filename": "a.pdf"}),
            ),
            send("location", json!({"latitude": 0.0, "longitude": "13.4"})),
            send(
                "contacts",
                json!([{"name": {"formatted_name": "A B", "first_name": "A"}}]),
            ),
            send("reaction", json!({"message_id": "wamid.A", "emoji": ""})),
            send("template", json!({"name": "t", "language": {"code": "en"}})),
            json!({"messaging_product": "whatsapp", "recipient": "US.1A", "text": {"body": "no type"}}),
        ] {
            assert_eq!(code(body.clone()), None, "{body}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_by_code() {
        for (body, expected) in [
            (json!([]), 100),
            (json!({"to": "+15551112222"}), 100),
            (send("text", json!({"body": ""})), 131008),
            (send("text", json!({"body": "x".repeat(4097)})), 100),
            (send("poll", json!({})), 100),
            (
                send("image", json!({"id": "1", "link": "https://e.org"})),
                131009,
            ),
            (send("audio", json!({"id": "1", "caption": "no"})), 100),
            (send("image", json!({"link": "http://e.org/a.png"})), 131053),
            (
                send("location", json!({"latitude": 91, "longitude": 0})),
                131009,
            ),
            (
                send("contacts", json!([{"name": {"formatted_name": "A"}}])),
                131008,
            ),
            (
                json!({"messaging_product": "whatsapp", "to": "abc", "text": {"body": "x"}}),
                131009,
            ),
            (
                json!({"messaging_product": "whatsapp", "text": {"body": "x"}}),
                100,
            ),
            (
                json!({"messaging_product": "whatsapp", "to": "+15551112222", "type": "text"}),
                131008,
            ),
        ] {
            assert_eq!(code(body.clone()), Some(expected), "{body}");
        }
    }

    #[test]
    fn reading_and_typing_are_one_call() {
        let body = json!({"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.A",
            "typing_indicator": {"type": "text"}});
        assert_eq!(
            call(&body),
            Ok(Call::Read {
                message_id: "wamid.A".into(),
                typing: true
            })
        );
    }
}
